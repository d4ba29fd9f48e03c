# The tou command in an image: docker build -t tou .
FROM eclipse-temurin:17-jdk AS build
WORKDIR /tou
# Without sources first: what Maven fetches for it is a layer that stays until a pom changes.
COPY mvnw pom.xml LICENSE THIRD-PARTY.md ./
COPY .mvn .mvn
COPY transport/pom.xml transport/
COPY examples/pom.xml examples/
COPY bench/pom.xml bench/
RUN ./mvnw -q -B -Dmaven.test.skip -Dspotless.check.skip -pl bench -am package
COPY links.properties ./
COPY transport/src/main transport/src/main
COPY bench/src/main bench/src/main
RUN ./mvnw -q -B -Dmaven.test.skip -Dspotless.check.skip -pl bench -am package

# The command, for a user without rights. In the lab it is also the router, as a relay. A JDK, because "tou inspect"
# attaches to running JVMs, and no JRE has the module for that (jdk.attach).
FROM eclipse-temurin:17-jdk AS relay
RUN useradd --create-home tou
WORKDIR /home/tou
USER tou
COPY --from=build /tou/bench/target/tou.jar /tou.jar
ENTRYPOINT ["java", "-jar", "/tou.jar"]

# The router of the lab that forwards IP and has the kernel shape it: root in its container, for tc and iptables.
FROM relay AS netem
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends iproute2 iptables \
 && rm -rf /var/lib/apt/lists/*
COPY bench/lab/netem-router.sh /usr/local/bin/netem-router
ENTRYPOINT ["netem-router"]

FROM relay AS tou

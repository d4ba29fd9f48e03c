# The tou command in an image: docker build -t tou .
FROM eclipse-temurin:17-jdk AS build
WORKDIR /tou
COPY . .
RUN ./mvnw -q -B -DskipTests -pl bench -am package

FROM eclipse-temurin:17-jre
COPY --from=build /tou/bench/target/tou.jar /tou.jar
ENTRYPOINT ["java", "-jar", "/tou.jar"]

// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou;

import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.state.TcpEvent;
import io.netty.channel.ChannelHandler;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/** The lines between the packages, and what no class of the transport may do. */
class HouseTest {

    /** The floors of the house, from the roof to the ground. A class may use its own floor and those below. */
    private static final List<String> FLOORS = List.of(
            "capture",
            "channel",
            "pipeline",
            "endpoint",
            "management",
            "connection",
            "window",
            "retransmission",
            "congestion",
            "segment",
            "telemetry",
            "state",
            "timing");

    /** The floors that know rules and no channels. */
    private static final List<String> RULES = FLOORS.subList(FLOORS.indexOf("connection"), FLOORS.size());

    /** What a stage may change. Everything else of a stage is final, because a connection's state is in its control block. */
    private static final Map<String, String> VARIABLES_OF_STAGES = Map.of(
            "SegmentCodec.pending", "the segment that the next one of the burst may be merged into",
            "SegmentCodec.next", "changes places with it",
            "SegmentCodec.hasPending", "whether there is one",
            "ConnectionDemultiplexer.lastSender", "saves a look-up within a burst",
            "ConnectionDemultiplexer.lastConnection", "likewise",
            "StateMachineHandler.ctx", "set once, when the stage is added",
            "RetransmissionHandler.repair", "likewise",
            "RetransmissionHandler.book", "likewise",
            "WindowHandler.ctx", "set once, when the stage is added");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.tou");

    @Test
    void importsGoDownwardsOnly() {
        Set<String> upwards = new TreeSet<>();
        for (JavaClass from : MAIN) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                JavaClass to = dependency.getTargetClass();
                if (to.getPackageName().startsWith("dev.tou") && floor(from) > floor(to)) {
                    upwards.add(dependency.getDescription());
                }
            }
        }
        assertThat(upwards).isEmpty();
    }

    private static int floor(JavaClass of) {
        String name = of.getPackageName().replaceFirst("dev\\.tou\\.", "");
        assertThat(FLOORS).as("the floor of %s", of.getName()).contains(name);
        return FLOORS.indexOf(name);
    }

    @Test
    void everyFloorIsThere() {
        assertThat(MAIN.stream().map(JavaClass::getPackageName).collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(
                        FLOORS.stream().map(floor -> "dev.tou." + floor).toList());
    }

    /** Who looks for the reason of a change of state finds one place. */
    @Test
    void eachEventHasOneRaiser() {
        Map<String, Set<String>> raisers = new TreeMap<>();
        for (JavaClass raiser : MAIN) {
            for (JavaFieldAccess access : raiser.getFieldAccessesFromSelf()) {
                if (access.getTargetOwner().isEquivalentTo(TcpEvent.class) && floor(raiser) < FLOORS.indexOf("state")) {
                    raisers.computeIfAbsent(access.getTarget().getName(), event -> new TreeSet<>())
                            .add(access.getOrigin().getFullName());
                }
            }
        }
        assertThat(raisers)
                .containsOnlyKeys(
                        Arrays.stream(TcpEvent.values()).map(TcpEvent::name).toArray(String[]::new))
                .allSatisfy((event, places) -> assertThat(places).as(event).hasSize(1));
    }

    @Test
    void rulesKnowNoChannel() {
        noClasses()
                .that()
                .resideInAnyPackage(packages(RULES))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty.channel..", "java.nio.channels..")
                .check(MAIN);
    }

    /** Buffers, and for timers what an event loop is made of. */
    @Test
    void rulesKnowOfNettyOnlyWhatTheyNeed() {
        noClasses()
                .that()
                .resideInAnyPackage(packages(RULES))
                .and()
                .resideOutsideOfPackage("dev.tou.timing")
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are of Netty, but not buffers",
                        used -> used.getPackageName().startsWith("io.netty.")
                                && !used.getPackageName().equals("io.netty.buffer")))
                .check(MAIN);
        noClasses()
                .that()
                .resideInAPackage("dev.tou.timing")
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are of Netty, but not of its executors",
                        used -> used.getPackageName().startsWith("io.netty.")
                                && !used.getPackageName().equals("io.netty.util.concurrent")))
                .check(MAIN);
    }

    private static String[] packages(List<String> floors) {
        return floors.stream().map(floor -> "dev.tou." + floor + "..").toArray(String[]::new);
    }

    /**
     * All time comes from the event loop's ticker, so that a simulation can turn it. A capture says the time of day, which it asks for
     * once.
     */
    @Test
    void nobodyReadsAClock() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.tou.capture.WallClock")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(Clock.class, Instant.class)
                .check(MAIN);
    }

    /** What is random is secret and comes from a SecureRandom, or from the source of a loop, which a simulation can seed. */
    @Test
    void nobodyThrowsDice() {
        noClasses()
                .should()
                .callConstructor(Random.class)
                .orShould()
                .callConstructor(Random.class, long.class)
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(ThreadLocalRandom.class)
                .check(MAIN);
        noClasses()
                .that()
                .doNotHaveSimpleName("EventLoopResources")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(SplittableRandom.class)
                .check(MAIN);
    }

    @Test
    void stagesHoldNothingOfAConnection() {
        Set<String> variables = new TreeSet<>();
        for (JavaClass stage : MAIN) {
            if (stage.isAssignableTo(ChannelHandler.class)) {
                for (JavaField field : stage.getFields()) {
                    if (!field.getModifiers().contains(JavaModifier.STATIC)) {
                        if (!field.getModifiers().contains(JavaModifier.FINAL)) {
                            variables.add(stage.getSimpleName() + '.' + field.getName());
                        }
                        assertThat(field.getModifiers()).as(field.getFullName()).contains(JavaModifier.PRIVATE);
                        assertThat(field.getRawType().isAssignableTo(Map.class))
                                .as("%s: what is kept by connection is kept in it", field.getFullName())
                                .isFalse();
                    }
                }
            }
        }
        assertThat(variables).containsExactlyInAnyOrderElementsOf(VARIABLES_OF_STAGES.keySet());
    }

    /** {@code TransmissionControlBlock.transition} is the only way, and its table the only judge. */
    @Test
    void theStateIsChangedInOnePlace() {
        JavaField state = MAIN.get(TransmissionControlBlock.class).getField("state");
        Set<String> writers = state.getAccessesToSelf().stream()
                .filter(access -> access.getAccessType() == JavaFieldAccess.AccessType.SET)
                .map(JavaAccess::getOrigin)
                .map(origin -> origin.getName())
                .collect(Collectors.toSet());
        assertThat(writers).containsExactlyInAnyOrder("<init>", "transition");
    }
}

// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.telemetry;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.tou.state.TcpState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The figures, one by one, as a map, and as a line. */
class TcpInfoTest {

    private static final Set<String> OF_OTHER_TYPES = Set.of("state", "caState", "limit");

    private static TcpInfo info(long[] figures) {
        return new TcpInfo(
                TcpState.ESTABLISHED, CongestionState.RECOVERY, Limit.PACING, "cubic", "ts sack wscale:7,5", figures);
    }

    private static long[] numbered() {
        long[] figures = new long[TcpFigure.values().length];
        for (int i = 0; i < figures.length; i++) {
            figures[i] = 1000 + i;
        }
        return figures;
    }

    @Test
    void everyFigureHasAnAccessorOfItsName() throws ReflectiveOperationException {
        TcpInfo info = info(numbered());
        for (TcpFigure figure : TcpFigure.values()) {
            String expected = figure.name().replace("_", "").toLowerCase();
            List<Method> accessors = Arrays.stream(TcpInfo.class.getMethods())
                    .filter(method -> method.getName().toLowerCase().equals(expected))
                    .toList();
            assertThat(accessors).as(figure.name()).hasSize(1);
            assertThat(((Number) accessors.get(0).invoke(info)).longValue())
                    .as(figure.name())
                    .isEqualTo(info.get(figure))
                    .isEqualTo(1000 + figure.ordinal());
        }
        long numbers = Arrays.stream(TcpInfo.class.getDeclaredMethods())
                .filter(method -> method.getParameterCount() == 0)
                .filter(method -> method.getReturnType().isPrimitive() && !OF_OTHER_TYPES.contains(method.getName()))
                .count();
        assertThat(numbers).isEqualTo(TcpFigure.values().length);
    }

    @Test
    void figuresExplainThemselves() {
        for (TcpFigure figure : TcpFigure.values()) {
            assertThat(figure.explanation()).as(figure.name()).endsWith(".").hasSizeGreaterThan(15);
        }
        Set<String> labels =
                Arrays.stream(TcpFigure.values()).map(TcpFigure::label).collect(Collectors.toSet());
        assertThat(labels).hasSize(TcpFigure.values().length).allMatch(label -> label.matches("[a-z_]+"));
    }

    /** Each sentence is there twice, for whoever reads the Javadoc and for whoever runs the program. */
    @Test
    void theJavadocSaysTheSame() throws IOException {
        String source = Files.readString(Path.of("src/main/java/dev/tou/telemetry/TcpFigure.java"));
        Matcher constant = Pattern.compile("/\\*\\* ([^*]+) \\*/\\s+([A-Z_]+)\\([^;]*?\"([^\"]{15,})\"\\)")
                .matcher(source);
        for (TcpFigure figure : TcpFigure.values()) {
            assertThat(constant.find()).as(figure.name()).isTrue();
            assertThat(constant.group(2)).isEqualTo(figure.name());
            assertThat(constant.group(1)).isEqualTo(figure.explanation());
            assertThat(constant.group(3)).isEqualTo(figure.explanation());
        }
    }

    @Test
    void asAMap() {
        long[] figures = numbered();
        figures[TcpFigure.SSTHRESH.ordinal()] = Long.MAX_VALUE;
        Map<String, Object> map = info(figures).toMap();
        assertThat(map)
                .hasSize(5 + figures.length)
                .containsEntry("state", "ESTABLISHED")
                .containsEntry("ca_state", "Recovery")
                .containsEntry("limited_by", "pacing")
                .containsEntry("cong", "cubic")
                .containsEntry("options", "ts sack wscale:7,5")
                .containsEntry("ssthresh", null)
                .containsEntry("mss", 1000L + TcpFigure.MSS.ordinal());
    }

    @Test
    void asALine() {
        long[] figures = new long[TcpFigure.values().length];
        figures[TcpFigure.MSS.ordinal()] = 1168;
        figures[TcpFigure.RTO.ordinal()] = 250_500_000;
        figures[TcpFigure.RTT.ordinal()] = 50_125_000;
        figures[TcpFigure.RTT_VAR.ordinal()] = 400_000;
        figures[TcpFigure.CWND.ordinal()] = 11_680;
        figures[TcpFigure.SSTHRESH.ordinal()] = Long.MAX_VALUE;
        figures[TcpFigure.PACING_RATE.ordinal()] = 1_250_000;
        figures[TcpFigure.BUSY.ordinal()] = 2_000_000_000;
        figures[TcpFigure.RWND_LIMITED.ordinal()] = 500_000_000;
        assertThat(info(figures))
                .hasToString("ESTABLISHED cubic ts sack wscale:7,5 ca_state:Recovery limited_by:pacing mss:1168"
                        + " rto:250.5 rtt:50.125/0.4 cwnd:11680 pacing_rate 10.0Mbps segs_out:0 segs_in:0"
                        + " busy:2000ms rwnd_limited:500ms(25.0%)");
    }
}

// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of iperf3 that {@code tou perf} does not have: why, and what does the same. */
final class IperfOptions {

    private static final String TCP_ONLY = "tou perf speaks TCP only";
    private static final String UNLIMITED =
            "a stream sends as fast as it may; \"tou impair --rate\" makes a slow link between the ends";
    private static final String PACED = "streams are paced by their congestion control";
    private static final String SILENCE = "--timeout says for how long either end may be silent";
    private static final String NO_PASSWORDS = "there is no authentication, so leave no server open to the world";
    private static final String UNMARKED = "the header fields of IP are left as they are";
    private static final String LINES = "a pipe into \"ts\" puts times before lines";
    private static final String FILES = "it would measure a disk; \"tou send\" moves files";

    private static final Map<String, String> REASONS = new HashMap<>();

    static {
        reason(TCP_ONLY, "-u", "--udp", "--udp-counters-64bit", "--sctp", "-X", "--xbind", "--nstreams");
        reason("a connection has one path", "-m", "--mptcp");
        reason(UNLIMITED, "-b", "--bitrate", "--bandwidth", "--server-bitrate-limit");
        reason(PACED, "--fq-rate", "--pacing-timer", "--no-fq-socket-pacing");
        reason("the longest test is the client's to choose", "--server-max-duration");
        reason("-n says how many bytes, -l how many of them a write has", "-k", "--blockcount");
        reason("text is made in memory, with nothing to copy", "-Z", "--zerocopy", "--skip-rx-copy");
        reason("writes are never held back, as with iperf3's -N", "-N", "--no-delay", "--nodelay");
        reason(UNMARKED, "-S", "--tos", "--dscp", "-L", "--flowlabel");
        reason("tou finds out how large a datagram may be", "--dont-fragment");
        reason("the offloads of the machine are used where there are any, which \"tou doctor\" shows", "--gsro");
        reason("each end is one event loop; start it by \"taskset -c N\" to bind it to a core", "-A", "--affinity");
        reason(FILES, "-F", "--file");
        reason("-B ADDRESS chooses the interface, and the system the port", "--bind-dev", "--cport");
        reason(SILENCE, "--connect-timeout", "--rcv-timeout", "--snd-timeout", "--idle-timeout");
        reason("a silent end is noticed without it, see --timeout", "--cntl-ka");
        reason(NO_PASSWORDS, "--username", "--rsa-public-key-path", "--rsa-private-key-path");
        reason(NO_PASSWORDS, "--authorized-users-path", "--time-skew-threshold", "--use-pkcs1-padding");
        reason(
                "the shell puts a server into the background, and knows its number",
                "-D",
                "--daemon",
                "-I",
                "--pidfile");
        reason("the shell writes output to a file: > FILE", "--logfile");
        reason("every line is written at once", "--forceflush");
        reason(LINES, "--timestamps", "-T", "--title");
        reason("-J has everything, and takes no text of yours", "--extra-data");
        reason("the client's lines have the figures of both ends", "--get-server-output");
        reason("the payload is noise, the same in every write", "--repeating-payload");
        reason("--json-stream has all that -J has", "--json-stream-full-output");
        reason("it is called -J", "--json");
        reason("-J has all figures", "--verbose");
        reason("--debug shows where a failure comes from", "-d");
        reason("-V or --version shows the version", "-v");
    }

    private IperfOptions() {}

    private static void reason(String why, String... names) {
        for (String name : names) {
            REASONS.put(name, why);
        }
    }

    /**
     * {@return what to say of {@code option}, if iperf3 has it}
     *
     * @param option as it was typed: a name, or letters behind one {@code -}, of which the first that is iperf3's alone counts, if
     *     those before it are flags of ours
     * @param ours the command that has been given it
     */
    static Optional<String> insteadOf(String option, CommandSpec ours) {
        if (option.startsWith("--")) {
            return sentence(option);
        }
        if (ours.findOption("-" + option) != null) { // a long name of ours with one dash too few
            return Optional.empty();
        }
        for (char letter : option.substring(1).toCharArray()) {
            Optional<String> sentence = sentence("-" + letter);
            OptionSpec own = ours.findOption("-" + letter);
            if (sentence.isPresent() || own == null || own.arity().max() > 0) {
                return sentence;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> sentence(String name) {
        return Optional.ofNullable(REASONS.get(name))
                .map(why -> "iperf3's " + name + " is not supported: " + why + ".");
    }
}

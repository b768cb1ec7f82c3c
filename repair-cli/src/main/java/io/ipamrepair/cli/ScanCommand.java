package io.ipamrepair.cli;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.repair.Words;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code scan}: what is wrong, what it does to traffic, and the command that repairs it. */
@Command(
    name = "scan",
    description = {
      "What is wrong, what it does to traffic, and the command that repairs it.",
      "Exit 0: nothing above info is shown; 1: findings. With -o nagios alone: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."
    })
final class ScanCommand extends ToolCommand {
  /** What Calico does in a row is done by then, for monitoring that nobody waits for. */
  private static final Duration MONITORING_SETTLES = Duration.ofSeconds(30);

  @Option(names = "--all", description = "Lists every object of every finding.")
  boolean all;

  @Mixin FilterOptions filters;

  @Mixin BaselineOptions baselines;

  @Mixin HtmlOption html;

  @Option(
      names = "--settle",
      paramLabel = "TIME",
      description =
          "Looks again up to so much later, and shows only what stayed (default: 0s; with -o prometheus and"
              + " -o nagios 30s).",
      converter = DurationText.class)
  Optional<Duration> settle = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "With -o prometheus: the file to replace, at once and as a whole.")
  Optional<Path> out = Optional.empty();

  @Override
  Set<IpamRepair.OutputFormat> formats() {
    return EnumSet.allOf(IpamRepair.OutputFormat.class);
  }

  @Override
  int run() {
    return switch (top().output) {
      case text, json -> call().code();
      case prometheus -> prometheus().code();
      case nagios -> nagios();
    };
  }

  @Override
  public ExitCode call() {
    if (out.isPresent()) {
      throw new CommandFailure(ExitCode.USAGE, "--out is for -o prometheus");
    }
    Optional<BaselineFile> written = baselines.write.map(file -> new BaselineFile(session, file));
    if (written.isPresent() && baselines.baseline.isPresent()) {
      throw new CommandFailure(
          ExitCode.USAGE, "expected --baseline or --write-baseline, found both");
    }
    written.ifPresent(BaselineFile::refuseUnlessNew);
    HtmlOutput page = HtmlOutput.at(session, html);
    ScanReport report = report();
    if (json()) {
      session.terminal().raw(PrettyJson.of(ScanJson.of(report)));
    } else {
      new ScanText(session.terminal(), all).print(report, session.now());
    }
    page.write(() -> ScanHtml.of(report, session.now()));
    written.ifPresent(file -> write(file, report));
    return written.isPresent() ? ExitCode.DONE : report.exit();
  }

  private void write(BaselineFile file, ScanReport report) {
    Set<Baseline.Accepted> accepted =
        report.findings().stream().map(Baseline.Accepted::of).collect(Collectors.toSet());
    file.write(
        new Baseline(report.look().read().state().guid(), session.now(), new TreeSet<>(accepted)));
    session
        .terminal()
        .message(
            "Wrote baseline "
                + file.shown()
                + " with what is shown. From now on: ipam-repair scan --baseline "
                + Shell.words(List.of(file.shown().toString())));
  }

  private ExitCode prometheus() {
    MetricsOutput output = MetricsOutput.to(session, out);
    try {
      refuseWriting();
      ScanReport report = report();
      output.write(ScanPrometheus.of(report, session.now()));
      return report.exit();
    } catch (RuntimeException failure) {
      tellDown(output);
      throw failure;
    }
  }

  private void tellDown(MetricsOutput output) {
    try {
      output.write(ScanPrometheus.down(session.now()));
    } catch (CommandFailure unwritable) {
      // The failure before is the one that counts; this one is told beside it.
      unwritable.lines().forEach(session.terminal()::message);
    }
  }

  /** No failure leaves this method: what Nagios cannot know is UNKNOWN, whatever the cause. */
  private int nagios() {
    ScanNagios said;
    try {
      refuseWriting();
      if (out.isPresent()) {
        throw new CommandFailure(ExitCode.USAGE, "--out is for -o prometheus");
      }
      said = ScanNagios.of(report());
    } catch (CommandFailure failure) {
      said = ScanNagios.unknown(failure.lines());
    } catch (RuntimeException | Error bug) {
      said = ScanNagios.unknown(List.of("This is a bug in ipam-repair, please report it: " + bug));
    }
    session.terminal().result(said.line());
    return said.state().code();
  }

  private void refuseWriting() {
    if (baselines.write.isPresent()) {
      throw new CommandFailure(ExitCode.USAGE, "--write-baseline is for -o text and -o json");
    }
    if (html.file.isPresent()) {
      throw new CommandFailure(ExitCode.USAGE, "--html is for -o text and -o json");
    }
  }

  private Duration settles() {
    boolean monitoring =
        Set.of(IpamRepair.OutputFormat.prometheus, IpamRepair.OutputFormat.nagios)
            .contains(top().output);
    if (isFile() && settle.filter(time -> !time.isZero()).isPresent()) {
      throw new CommandFailure(
          ExitCode.USAGE, "--settle is for a live etcd: a snapshot or dump stays as it is");
    }
    return settle.orElse(monitoring && !isFile() ? MONITORING_SETTLES : Duration.ZERO);
  }

  private ScanReport report() {
    boolean text = top().output == IpamRepair.OutputFormat.text;
    Scan scan =
        new Scan(
            filters, baselines.baseline.map(file -> new BaselineFile(session, file)), settles());
    try (ScanReader reader = reader(text)) {
      return scan.report(reader, this::tellWaiting);
    }
  }

  private ScanReader reader(boolean text) {
    return isFile()
        ? new FileScanReader(session.read(top(), state -> Focus.NOTHING))
        : new LiveScanReader(
            session.connectForReading(top()),
            session.terminal(),
            text && session.terminal().showsProgress());
  }

  private boolean isFile() {
    return top().snapshot.isPresent() || top().dump.isPresent();
  }

  private void tellWaiting(int findings) {
    if (top().output == IpamRepair.OutputFormat.text || top().verbose) {
      session
          .terminal()
          .message(
              "Looking again for "
                  + DurationText.of(settles())
                  + ", whether "
                  + Words.count(findings, "finding")
                  + " above info will stay…");
    }
  }
}

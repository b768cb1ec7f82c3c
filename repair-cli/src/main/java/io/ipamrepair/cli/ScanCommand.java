package io.ipamrepair.cli;

import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.json.PrettyJson;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code scan}: what is wrong, what it does to traffic, and the command that repairs it. */
@Command(
    name = "scan",
    description =
        "What is wrong, what it does to traffic, and the command that repairs it. Exit 0: nothing above info; 1: findings.")
final class ScanCommand extends ToolCommand {
  @Option(names = "--all", description = "Lists every object of every finding.")
  boolean all;

  @Override
  public ExitCode call() {
    ReadState read = session.read(top());
    List<Finding> findings = Check.of(read.state());
    Capacity capacity = Capacity.of(read.state());
    if (json()) {
      session.terminal().raw(PrettyJson.of(ScanJson.of(read, findings, capacity)));
    } else {
      new ScanText(session.terminal(), all).print(read, findings, capacity);
    }
    boolean clean = findings.stream().allMatch(finding -> finding.severity() == Severity.INFO);
    return clean ? ExitCode.DONE : ExitCode.FOUND;
  }
}

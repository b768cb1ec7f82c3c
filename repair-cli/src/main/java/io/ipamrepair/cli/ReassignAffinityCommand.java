package io.ipamrepair.cli;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.repair.ReassignAffinity;
import io.ipamrepair.repair.ReassignAffinity.What;
import io.ipamrepair.repair.Repair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code reassign-affinity}. */
@Command(
    name = "reassign-affinity",
    description =
        "Plans to make a node the one owner of a block, or of all blocks of another node. Writes a plan file, changes nothing.")
final class ReassignAffinityCommand extends RepairCommand {
  @ArgGroup(multiplicity = "1")
  Which which;

  /** Which blocks change hands: exactly one. */
  static final class Which {
    @Option(
        names = "--block",
        paramLabel = "CIDR",
        required = true,
        description = "One block, whoever owns it.",
        converter = CidrArgument.class)
    Cidr block;

    @Option(
        names = "--from",
        paramLabel = "NODE",
        required = true,
        description = "All blocks of a node, gone or not.")
    String from;
  }

  @Option(names = "--to", paramLabel = "NODE", required = true, description = "The new owner.")
  String to;

  @Override
  Repair repair(Instant now) {
    return new ReassignAffinity(
        which.block != null ? new What.OneBlock(which.block) : new What.AllOf(which.from), to);
  }

  @Override
  List<String> arguments() {
    List<String> arguments = new ArrayList<>(List.of("reassign-affinity"));
    arguments.addAll(
        which.block != null
            ? List.of("--block", which.block.toString())
            : List.of("--from", which.from));
    arguments.addAll(List.of("--to", to));
    return arguments;
  }
}

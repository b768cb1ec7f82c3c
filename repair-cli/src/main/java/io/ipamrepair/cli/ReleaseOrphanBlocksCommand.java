package io.ipamrepair.cli;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.repair.ReleaseOrphanBlocks;
import io.ipamrepair.repair.ReleaseOrphanBlocks.Leaks;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.repair.Selection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code release-orphan-blocks}. */
@Command(
    name = "release-orphan-blocks",
    description = {
      "Plans to release blocks in no pool, blocks whose node is gone, affinities without a block, and to give blocks their missing"
          + " affinity key. Frees no address unless told to. Writes a plan file, changes nothing."
    })
final class ReleaseOrphanBlocksCommand extends RepairCommand {
  /**
   * An address between the CNI plugin's allocation and the endpoint that tells of it looks unused.
   */
  private static final Duration LEAST_AGE = Duration.ofMinutes(1);

  @ArgGroup(multiplicity = "0..1")
  Which which = new Which();

  /** What it looks at; all of them where nothing is said. */
  static final class Which {
    @Option(
        names = "--block",
        paramLabel = "CIDR",
        required = true,
        description = "One block.",
        converter = CidrArgument.class)
    Cidr block;

    @Option(
        names = "--pool",
        paramLabel = "NAME",
        required = true,
        description = "The blocks inside a pool.")
    String pool;

    @Option(
        names = "--node",
        paramLabel = "NAME",
        required = true,
        description = "The blocks and affinities of a node, gone or not.")
    String node;

    @Option(names = "--all", required = true, description = "All of them (the default).")
    boolean all;
  }

  @Option(names = "--free-leaked", description = "Also frees addresses that nothing uses any more.")
  boolean freeLeaked;

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      description =
          "With --free-leaked: how long an address must have been held (default: 15m, at least 1m).",
      converter = DurationText.class)
  Optional<Duration> olderThan = Optional.empty();

  @Override
  Repair repair(Instant now) {
    if (olderThan.isPresent() && !freeLeaked) {
      throw new CommandFailure(ExitCode.USAGE, "--older-than goes with --free-leaked");
    }
    if (olderThan.filter(age -> age.compareTo(LEAST_AGE) < 0).isPresent()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--older-than: expected 1m or more; an address whose pod is just being started looks unused");
    }
    return new ReleaseOrphanBlocks(
        selection(),
        freeLeaked
            ? Optional.of(new Leaks(olderThan.orElse(Duration.ofMinutes(15)), now))
            : Optional.empty());
  }

  private Selection selection() {
    if (which.block != null) {
      return new Selection.OneBlock(which.block);
    } else if (which.pool != null) {
      return new Selection.InPool(which.pool);
    }
    return which.node != null ? new Selection.OfNode(which.node) : new Selection.All();
  }

  @Override
  List<String> arguments() {
    List<String> arguments = new ArrayList<>(List.of("release-orphan-blocks"));
    if (which.block != null) {
      arguments.addAll(List.of("--block", which.block.toString()));
    } else if (which.pool != null) {
      arguments.addAll(List.of("--pool", which.pool));
    } else if (which.node != null) {
      arguments.addAll(List.of("--node", which.node));
    } else {
      arguments.add("--all");
    }
    if (freeLeaked) {
      arguments.addAll(
          List.of(
              "--free-leaked",
              "--older-than",
              olderThan.orElse(Duration.ofMinutes(15)).toSeconds() + "s"));
    }
    return arguments;
  }
}

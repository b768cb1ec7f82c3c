package io.ipamrepair.cli;

import io.ipamrepair.repair.RemovePool;
import io.ipamrepair.repair.Repair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code remove-pool NAME}. */
@Command(
    name = "remove-pool",
    description = "Plans to remove a pool, by its exact name. Writes a plan file, changes nothing.")
final class RemovePoolCommand extends RepairCommand {
  @Parameters(
      paramLabel = "NAME",
      description = "The pool's resource name; not its CIDR, which two pools may share.")
  String name;

  @Option(
      names = RemovePool.KEEP_BLOCKS,
      description =
          "Accepts that addresses in use end up in no pool: they are cut off from other nodes.")
  boolean keepBlocks;

  @Override
  Repair repair(Instant now) {
    return new RemovePool(name, keepBlocks);
  }

  @Override
  List<String> arguments() {
    List<String> arguments = new ArrayList<>(List.of("remove-pool", name));
    if (keepBlocks) {
      arguments.add(RemovePool.KEEP_BLOCKS);
    }
    return arguments;
  }
}

package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.source.DumpFile;
import io.ipamrepair.source.SourceException;
import io.ipamrepair.source.StateDump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The dump of all IPAM keys that a run wrote before its first step, read again.
 *
 * @param run the run
 * @param file its name, for messages
 * @param state what it holds
 * @param hash the file's SHA-256 in hexadecimal
 * @param isBeside whether it lies beside the journal, under the name that the run gave it
 */
record RunDump(String run, String file, IpamState state, String hash, boolean isBeside) {
  private static final String SUFFIX = ".dump.jsonl.gz";

  /** The name that the dump of {@code run} has beside the journal. */
  static String name(String run) {
    return run + SUFFIX;
  }

  /**
   * Reads the dump.
   *
   * @param given the file; nothing for the one beside the journal, if it is there
   * @param problems takes what is wrong with it
   */
  static Optional<RunDump> find(
      Path folder, String run, Optional<Path> given, List<String> problems) {
    Path beside = folder.resolve(name(run));
    if (given.isEmpty() && !Files.exists(beside)) {
      return Optional.empty();
    }
    Path file = given.orElse(beside);
    String shown = file.getFileName().toString();
    try {
      AtRevision<IpamState.Builder> read =
          DumpFile.open(file, shown)
              .forEach(() -> new IpamState.Builder(new KeyLayout()), IpamState.Builder::add);
      return Optional.of(
          new RunDump(
              run,
              shown,
              read.value().build(read.revision()),
              StateDump.sha256(file),
              file.toAbsolutePath().normalize().equals(beside)));
    } catch (SourceException unusable) {
      problems.add(unusable.getMessage());
    } catch (IOException unreadable) {
      problems.add("the dump " + shown + " cannot be read: " + unreadable);
    }
    return Optional.empty();
  }

  /** The plan as it is on the dump; a write that cannot be carried over to it stays as planned. */
  Plan carrying(Plan plan) {
    return new Carrying(Carrying.Manner.UNKNOWN_MEMBERS_TOO).onto(plan, 0, state).plan();
  }

  /**
   * Why it is not the dump that the run wrote, all reasons at once.
   *
   * @param begun the revision at which the run made itself known
   * @param noted the hash that the old journal has, where that can be read
   */
  List<String> misfits(Plan plan, OptionalLong begun, Optional<String> noted) {
    List<String> misfits = new ArrayList<>();
    if (file.matches("r-[0-9a-z]+\\.dump\\.jsonl\\.gz") && !file.equals(name(run))) {
      misfits.add("the dump " + file + " is of another run than " + run);
    }
    if (noted.isPresent() && !noted.get().equals(hash)) {
      misfits.add("the dump " + file + " is not as run " + run + " wrote it: its hash is another");
    }
    if (!state.guid().equals(plan.cluster().guid())) {
      misfits.add(
          "the dump "
              + file
              + " is of the Calico cluster "
              + state.guid().orElse("(without GUID)")
              + ", the plan of "
              + plan.cluster().guid().orElse("one without GUID"));
    }
    if (begun.isPresent() && state.revision() > begun.getAsLong()) {
      misfits.add(
          "the dump "
              + file
              + " has a key of revision "
              + state.revision()
              + ", and run "
              + run
              + " began at "
              + begun.getAsLong()
              + ": it is younger than the run");
    }
    for (PlannedWrite write : plan.steps().get(0).writes()) {
      if (write.before().isPresent() != state.at(write.key()).isPresent()) {
        misfits.add(
            "the dump "
                + file
                + " does not go with the plan: "
                + state.layout().classify(write.key()).object().text()
                + (write.before().isPresent() ? " is not in it" : " is in it"));
      }
    }
    return misfits;
  }
}

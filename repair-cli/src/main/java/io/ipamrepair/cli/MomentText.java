package io.ipamrepair.cli;

import io.ipamrepair.calico.ClusterInformation;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.run.ToolKeys;
import io.ipamrepair.source.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is unusual about the moment of a look: what was found may be somebody's work that is under
 * way, or the remains of it.
 */
final class MomentText {
  private MomentText() {}

  /** Calico's maintenance flag; nothing where it is not known. */
  static Optional<Boolean> datastoreReady(Look look) {
    return look.read()
        .state()
        .cluster()
        .flatMap(Stored::value)
        .flatMap(ClusterInformation::datastoreReady);
  }

  private static boolean locked(Look look) {
    return datastoreReady(look).filter(ready -> !ready).isPresent();
  }

  /** Sentences for a person, with the next command; none where nothing is unusual. */
  static List<String> lines(Look look) {
    List<String> lines = new ArrayList<>();
    if (look.toolKeys().isEmpty() && look.read().origin() instanceof Origin.Live) {
      lines.add(
          "Not known: whether ipam-repair is at work; this user may not read /ipam-repair/v1/ in"
              + " etcd.");
    }
    look.toolKeys()
        .ifPresent(
            keys -> {
              keys.lock()
                  .ifPresent(
                      holder ->
                          lines.add(
                              "Unusual: the operator lock is held by "
                                  + holder.words()
                                  + ": somebody may be repairing what is found here."));
              keys.unclosed().forEach(run -> lines.add("Unusual: " + sentence(run)));
            });
    if (locked(look)) {
      lines.add(
          "Unusual: datastoreReady is false: Calico is locked for maintenance, and no pod starts or"
              + " stops.");
    }
    return lines;
  }

  private static String sentence(ToolKeys.UnclosedRun unclosed) {
    if (unclosed instanceof ToolKeys.UnclosedRun.Begun run) {
      String steps = run.done() + " of " + run.steps() + " steps in etcd";
      return run.givenUp()
          ? "run "
              + run.run()
              + " of "
              + run.holder()
              + " was given up with "
              + steps
              + ". Settle it: ipam-repair recover "
              + run.run()
          : "run "
              + run.run()
              + " of "
              + run.holder()
              + " has not ended, "
              + steps
              + ": it is at work, or died. Settle it: ipam-repair recover "
              + run.run();
    }
    return "the record of run " + unclosed.run() + " in etcd is none that this release knows.";
  }

  /** The same in a few words each, for one line. */
  static List<String> brief(Look look) {
    List<String> parts = new ArrayList<>();
    look.toolKeys()
        .ifPresent(
            keys -> {
              keys.lock()
                  .ifPresent(holder -> parts.add("the operator lock is held by " + holder.name()));
              keys.unclosed().forEach(run -> parts.add("run " + run.run() + " has not ended"));
            });
    if (locked(look)) {
      parts.add("datastoreReady is false");
    }
    return parts;
  }
}

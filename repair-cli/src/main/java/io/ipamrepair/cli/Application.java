package io.ipamrepair.cli;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.run.Apply;
import io.ipamrepair.run.Backing;
import io.ipamrepair.run.RunOptions;
import io.ipamrepair.run.RunOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Applies a plan for {@code apply} and {@code rollback}, and says how it ended, with the next
 * command.
 */
final class Application {
  private final Session session;
  private final IpamRepair options;
  private final RunOptions run;

  Application(Session session, IpamRepair options, RunOptions run) {
    this.session = session;
    this.options = options;
    this.run = run;
  }

  ExitCode apply(PlanFile.Sealed sealed, byte[] planFile, Backing backing, boolean dryRun) {
    session
        .terminal()
        .message("plan " + Phrases.digest(sealed.digest()) + "  " + sealed.plan().title());
    try (Etcd etcd = session.connectForWriting(options)) {
      RunOutcome outcome =
          new Apply(session.workplace(etcd, options), run).apply(sealed, planFile, backing, dryRun);
      return report(outcome, OptionalInt.of(sealed.plan().steps().size()));
    }
  }

  /**
   * Says how it ended, in text or as JSON; the exit code follows.
   *
   * @param steps how many the plan has; nothing where there is no plan
   */
  ExitCode report(RunOutcome outcome, OptionalInt steps) {
    if (options.output == IpamRepair.OutputFormat.json) {
      session.terminal().raw(PrettyJson.of(OutcomeJson.of(outcome, steps)));
    } else {
      done(outcome);
    }
    session.terminal().messages(lines(outcome, steps.isPresent()));
    session.terminal().messages(FullEtcd.advice(outcome));
    return exit(outcome);
  }

  private void done(RunOutcome outcome) {
    Terminal terminal = session.terminal();
    if (outcome instanceof RunOutcome.Applied applied) {
      terminal.result(
          "Applied: run "
              + applied.run()
              + ", revision "
              + applied.revision()
              + ". The check afterwards found what the plan promised.");
      terminal.result("Undo: ipam-repair rollback " + applied.run());
    } else if (outcome instanceof RunOutcome.Applicable applicable) {
      applicable.notes().forEach(terminal::result);
      terminal.result("Dry run: the plan can be applied. Nothing was written.");
    }
  }

  private static ExitCode exit(RunOutcome outcome) {
    if (outcome instanceof RunOutcome.Applied || outcome instanceof RunOutcome.Applicable) {
      return ExitCode.DONE;
    } else if (outcome instanceof RunOutcome.Declined) {
      return ExitCode.DECLINED;
    } else if (outcome instanceof RunOutcome.Locked) {
      return ExitCode.LOCKED;
    } else if (outcome instanceof RunOutcome.Refused) {
      return ExitCode.PLAN_REFUSED;
    } else if (outcome instanceof RunOutcome.Moved) {
      return ExitCode.MOVED;
    } else if (outcome instanceof RunOutcome.EtcdUnusable) {
      return ExitCode.ETCD;
    } else if (outcome instanceof RunOutcome.JournalUnusable) {
      return ExitCode.JOURNAL;
    } else if (outcome instanceof RunOutcome.Halted) {
      return ExitCode.HALTED;
    } else if (outcome instanceof RunOutcome.Unknown) {
      return ExitCode.UNKNOWN;
    } else if (outcome instanceof RunOutcome.Differs) {
      return ExitCode.DIFFERS;
    }
    return ExitCode.TAKEN_OVER;
  }

  /** What is said on stderr. */
  private static List<String> lines(RunOutcome outcome, boolean ofPlan) {
    List<String> lines = new ArrayList<>();
    if (outcome instanceof RunOutcome.Applied applied) {
      lines.addAll(applied.notes());
    } else if (outcome instanceof RunOutcome.Declined) {
      lines.add("Declined, nothing written. Without a terminal, --yes says yes.");
    } else if (outcome instanceof RunOutcome.Locked locked) {
      lines.add("Locked, nothing written: another operator is at work, " + locked.holder().words());
      lines.add("Wait, or ask them. See: ipam-repair lock status");
    } else if (outcome instanceof RunOutcome.Refused refused) {
      lines.add("Plan refused, nothing written:");
      refused.reasons().forEach(reason -> lines.add("  " + reason));
    } else if (outcome instanceof RunOutcome.Moved moved) {
      lines.add("Refused, nothing of the plan written. What it rests on is not as it was:");
      moved.moved().forEach(line -> lines.add("  " + line));
      lines.add(
          ofPlan
              ? "Make the plan again, and see what differs: ipam-repair replan PLAN"
              : "Look: ipam-repair scan");
    } else if (outcome instanceof RunOutcome.EtcdUnusable unusable) {
      lines.add("etcd cannot be used, nothing of the plan written: " + unusable.failure().line());
    } else if (outcome instanceof RunOutcome.JournalUnusable unusable) {
      lines.add("Journal unusable, nothing written: " + unusable.cause().getMessage());
    } else if (outcome instanceof RunOutcome.Halted halted) {
      lines.add(
          "Halted: run "
              + halted.run()
              + ", "
              + halted.applied()
              + " of "
              + halted.steps()
              + " steps applied, the others not.");
      halted.reasons().forEach(reason -> lines.add("  " + reason));
      lines.add(
          "Go back: ipam-repair rollback "
              + halted.run()
              + "   Go on: ipam-repair resume "
              + halted.run());
    } else if (outcome instanceof RunOutcome.Unknown unknown) {
      lines.add(
          "Outcome unknown: run "
              + unknown.run()
              + ", "
              + unknown.applied()
              + " of "
              + unknown.steps()
              + " steps applied; the next was sent and no answer came: "
              + unknown.failure().line());
      lines.add(
          "When etcd answers again, this settles it and says how to go on or back: ipam-repair recover "
              + unknown.run());
    } else if (outcome instanceof RunOutcome.Differs differs) {
      lines.add("Applied, run " + differs.run() + ", but the check afterwards differs:");
      differs.differences().forEach(difference -> lines.add("  " + difference));
      lines.add("Look: ipam-repair scan   Undo: ipam-repair rollback " + differs.run());
    } else if (outcome instanceof RunOutcome.Diverged diverged) {
      lines.add(
          "Diverged: run "
              + diverged.run()
              + ", "
              + diverged.applied()
              + " steps applied before, of which this process knows; it writes nothing more: "
              + diverged.why());
      lines.add(
          "What its keys hold now, and what can be done: ipam-repair recover " + diverged.run());
    } else if (outcome instanceof RunOutcome.TakenOver taken) {
      lines.add(
          "Taken over: run "
              + taken.run()
              + ", "
              + taken.applied()
              + " steps applied by this process, which writes nothing more: "
              + taken.found());
      lines.add("See: ipam-repair recover " + taken.run());
    }
    return lines;
  }
}

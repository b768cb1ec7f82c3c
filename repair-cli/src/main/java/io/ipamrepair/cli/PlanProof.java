package io.ipamrepair.cli;

import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Replay;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether a plan follows from what it carries; asks nobody else. */
final class PlanProof {
  private PlanProof() {}

  static Replay.Verdict of(Plan plan) {
    if (CommandOfPlan.isRollback(plan)) {
      return Replay.ofRollback(plan);
    }
    try {
      Optional<RepairCommand> command = CommandOfPlan.repair(plan);
      if (command.isEmpty()) {
        return lies("command: expected a repair, or rollback: " + Shell.words(plan.command()));
      }
      List<String> words = new ArrayList<>(command.get().arguments());
      plan.fileOption().ifPresent(words::add);
      if (!words.equals(plan.command())) {
        return lies("command: expected: " + Shell.words(words));
      }
      return Replay.of(plan, command.get().repair(plan.created()));
    } catch (CommandFailure unknown) {
      return lies("command: " + String.join("; ", unknown.lines()));
    }
  }

  private static Replay.Verdict lies(String problem) {
    return new Replay.Verdict.DoesNotFollow(List.of(problem));
  }
}

package io.ipamrepair.cli;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanDifference;
import io.ipamrepair.plan.PlanRefusedException;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Replay;
import io.ipamrepair.repair.RefusedException;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.run.Apply;
import io.ipamrepair.run.Backing;
import io.ipamrepair.run.RunOptions;
import io.ipamrepair.run.RunOutcome;
import io.ipamrepair.source.ScreenedSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a plan stands to the cluster as it is now.
 *
 * @param exit 0 where it can be applied, else what {@code apply} would end with
 * @param notes what was checked, and what would be carried over
 * @param reasons why it cannot be applied
 * @param same whether it would be made again just so
 * @param differences what a plan of its command made now would do otherwise
 */
record Standing(
    ExitCode exit,
    List<String> notes,
    List<String> reasons,
    boolean same,
    List<String> differences) {
  Standing {
    notes = List.copyOf(notes);
    reasons = List.copyOf(reasons);
    differences = List.copyOf(differences);
  }

  /** Asks the etcd that the options name. It is not locked, and nothing is written. */
  static Standing of(Session session, IpamRepair options, PlanInput input, Backing backing) {
    try (Etcd etcd = session.connectForReading(options)) {
      RunOutcome outcome =
          new Apply(session.workplace(etcd, options), RunOptions.standard())
              .apply(input.sealed(), input.bytes(), backing, true);
      if (outcome instanceof RunOutcome.Applicable applicable) {
        return applicable(etcd, input.sealed().plan(), applicable.notes());
      } else if (outcome instanceof RunOutcome.Moved moved) {
        return against(ExitCode.MOVED, moved.moved());
      } else if (outcome instanceof RunOutcome.Refused refused) {
        return against(ExitCode.PLAN_REFUSED, refused.reasons());
      } else if (outcome instanceof RunOutcome.EtcdUnusable unusable) {
        throw new CommandFailure(ExitCode.ETCD, unusable.failure().line());
      }
      throw new IllegalStateException("a dry run ended as " + outcome);
    } catch (EtcdException unusable) {
      throw new CommandFailure(ExitCode.ETCD, unusable.getMessage());
    }
  }

  private static Standing against(ExitCode exit, List<String> reasons) {
    return new Standing(exit, List.of(), reasons, false, List.of());
  }

  private static Standing applicable(Etcd etcd, Plan plan, List<String> notes)
      throws EtcdException {
    Optional<Repair> repair =
        CommandOfPlan.repair(plan).map(command -> command.repair(plan.created()));
    IpamState now =
        new ScreenedSource(etcd)
            .read(
                keys -> {},
                state ->
                    repair.isPresent()
                        ? Planner.focus(repair.get(), state, plan.limits())
                        : Planner.focus(plan.steps(), state));
    boolean same =
        repair.isPresent()
            ? Replay.isMadeOf(plan, repair.get(), now)
            : Replay.doesWhatItSays(plan, now);
    List<String> differences =
        same || repair.isEmpty() ? List.of() : differences(plan, repair.get(), now);
    return new Standing(ExitCode.DONE, notes, List.of(), same, differences);
  }

  private static List<String> differences(Plan plan, Repair repair, IpamState now) {
    try {
      Plan made = new Planner(now, plan.limits()).plan(repair, Replay.circumstances(plan));
      return PlanDifference.between(plan, made);
    } catch (RefusedException refused) {
      return nothing(refused.reasons());
    } catch (PlanRefusedException refused) {
      return nothing(refused.reasons());
    }
  }

  private static List<String> nothing(List<String> reasons) {
    List<String> lines = new ArrayList<>(List.of("the command makes no plan:"));
    reasons.forEach(reason -> lines.add("  " + reason));
    return lines;
  }
}

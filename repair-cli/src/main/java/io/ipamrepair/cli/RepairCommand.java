package io.ipamrepair.cli;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanRefusedException;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.repair.RefusedException;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.source.Origin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;

/** A command that makes a plan out of a repair. It changes nothing. */
abstract class RepairCommand extends ToolCommand {
  @Mixin PlanOptions planOptions;

  /** The repair that the arguments ask for. */
  abstract Repair repair(Instant now);

  /** The command with its arguments, as it stands in the plan. */
  abstract List<String> arguments();

  @Override
  public ExitCode call() {
    PlanOutput output = PlanOutput.at(session, planOptions);
    Plan plan = plan(session.now(), planOptions.reason);
    output.write(plan.command().get(0), plan, json(), Map.of());
    return ExitCode.DONE;
  }

  /** The plan on the state as it is now. */
  Plan plan(Instant now, String reason) {
    Repair repair = repair(now);
    ReadState read =
        session.read(top(), state -> Planner.focus(repair, state, planOptions.limits()));
    return plan(repair, read.state(), circumstances(read.origin(), now, reason));
  }

  private Circumstances circumstances(Origin origin, Instant now, String reason) {
    List<String> command = new ArrayList<>(arguments());
    origin.option().ifPresent(command::add);
    return new Circumstances(
        command,
        session.operatorName(),
        planOptions.author(session).map(SshKey::fingerprint),
        now,
        now.plus(planOptions.expires),
        reason,
        origin.etcdClusterId());
  }

  private Plan plan(Repair repair, IpamState state, Circumstances circumstances) {
    try {
      return new Planner(state, planOptions.limits()).plan(repair, circumstances);
    } catch (RefusedException refused) {
      boolean asked = refused.fault() == RefusedException.Fault.ARGUMENTS;
      throw new CommandFailure(asked ? ExitCode.USAGE : ExitCode.IMPOSSIBLE, refused.reasons());
    } catch (PlanRefusedException refused) {
      throw new CommandFailure(ExitCode.IMPOSSIBLE, refused.reasons());
    }
  }
}

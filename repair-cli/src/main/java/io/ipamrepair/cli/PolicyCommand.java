package io.ipamrepair.cli;

import io.ipamrepair.approval.AllowedSigners;
import io.ipamrepair.approval.ApprovalFormatException;
import io.ipamrepair.approval.Policy;
import io.ipamrepair.approval.PolicyFile;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.run.ClusterPolicy;
import io.ipamrepair.run.Operator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code policy}: how many people must have signed a plan before it is applied to a cluster. */
@Command(
    name = "policy",
    description = "The cluster's policy on approvals, which apply obeys and every step compares.",
    subcommands = {
      PolicyCommand.Show.class,
      PolicyCommand.SetPolicy.class,
      PolicyCommand.Clear.class
    })
final class PolicyCommand extends ToolCommand {
  @Override
  public ExitCode call() {
    throw new CommandFailure(
        ExitCode.USAGE, "expected: ipam-repair policy show, policy set FILE, or policy clear");
  }

  /** What a policy asks for, one line each. */
  private static List<String> words(Policy policy) {
    List<String> words = new ArrayList<>();
    words.add(
        policy.approvals()
            + (policy.approvals() == 1 ? " approval" : " approvals")
            + (policy.authorMayApprove()
                ? "; the author's signature counts as one"
                : " besides the author's own signature"));
    for (Policy.Demand demand : policy.demands()) {
      words.add(
          demand.approvals()
              + " for plans "
              + (demand instanceof Policy.Demand.Impact impact
                  ? "that hit " + impact.atLeast() + " " + impact.measure().text() + " or more"
                  : "of " + ((Policy.Demand.Command) demand).name()));
    }
    words.add(
        policy.exactOnly()
            ? "nothing is carried over to what others changed"
            : "a plan may be carried over, to no more than was reviewed");
    words.add(
        policy.overrideAllowed()
            ? "in an emergency without them: --apply-unreviewed REASON"
            : "without them never");
    for (AllowedSigners.Signer signer : policy.signers().signers()) {
      words.add("may sign: " + signer.name() + "  " + signer.key().fingerprint());
    }
    return words;
  }

  /** {@code policy show}. */
  @Command(name = "show", description = "What the cluster's policy asks for, and who may sign.")
  static final class Show extends ToolCommand {
    @Override
    public ExitCode call() {
      ClusterPolicy found;
      try (Etcd etcd = session.connectForReading(top())) {
        found = ClusterPolicy.find(etcd);
      } catch (EtcdException unusable) {
        throw new CommandFailure(ExitCode.ETCD, unusable.getMessage());
      }
      if (json()) {
        session.terminal().raw(PrettyJson.of(json(found)));
      }
      return tell(found);
    }

    private static Json.Obj json(ClusterPolicy found) {
      return Json.Obj.of(
          "revision",
          found.found().<Json>map(key -> Json.Num.of(key.modRevision())).orElse(Json.Null.NULL),
          "policy",
          found
              .found()
              .<Json>map(key -> new Json.Text(key.value().text().orElse("")))
              .orElse(Json.Null.NULL));
    }

    private ExitCode tell(ClusterPolicy found) {
      List<String> lines = new ArrayList<>();
      ExitCode exit = ExitCode.DONE;
      try {
        Optional<Policy> policy = found.policy();
        if (policy.isEmpty()) {
          lines.add("The cluster has no policy: a plan needs no approval.");
        } else {
          lines.add(
              "The cluster's policy, since revision "
                  + found.found().orElseThrow().modRevision()
                  + ":");
          words(policy.get()).forEach(line -> lines.add("  " + line));
        }
      } catch (ApprovalFormatException unreadable) {
        lines.add("The cluster's policy cannot be read, so nothing can be applied:");
        unreadable.problems().forEach(problem -> lines.add("  " + problem));
        lines.add("Put a whole one in its place: ipam-repair policy set FILE");
        exit = ExitCode.FOUND;
      }
      lines.forEach(json() ? session.terminal()::message : session.terminal()::result);
      return exit;
    }
  }

  /** A command that puts something in the place of the policy. */
  abstract static class Replacing extends ToolCommand {
    /**
     * What is put there.
     *
     * @param value nothing for no policy
     * @param meaning for the person who is asked
     */
    record Replacement(Optional<Bytes> value, List<String> meaning) {}

    abstract Replacement replacement();

    @Override
    public ExitCode call() {
      Replacement other = replacement();
      try (Etcd etcd = session.connectForWriting(top())) {
        ClusterPolicy found = ClusterPolicy.find(etcd);
        Terminal terminal = session.terminal();
        terminal.message(
            found.found().isEmpty()
                ? "The cluster has no policy now."
                : "In the place of the policy of revision "
                    + found.found().get().modRevision()
                    + ":");
        other.meaning().forEach(line -> terminal.message("  " + line));
        Operator operator = session.operator(top().yes);
        if (!operator.confirms("Every apply obeys it from now on.", "policy")) {
          throw new CommandFailure(
              ExitCode.DECLINED, "Declined, nothing written. Without a terminal, --yes says yes.");
        }
        boolean replaced = found.replace(etcd, other.value());
        terminal.result(
            replaced
                ? "In force. Runs that are under way stop before their next step."
                : "Somebody else changed it meanwhile, nothing written. See: ipam-repair policy show");
        return replaced ? ExitCode.DONE : ExitCode.MOVED;
      } catch (EtcdException unusable) {
        throw new CommandFailure(ExitCode.ETCD, unusable.getMessage());
      }
    }
  }

  /** {@code policy set FILE}. */
  @Command(
      name = "set",
      description = "Puts a policy into etcd, with its signers. Asks first; needs its own role.")
  static final class SetPolicy extends Replacing {
    @Parameters(paramLabel = "FILE", description = "The policy, JSON.")
    Path file;

    @Override
    Replacement replacement() {
      PolicyFile given = PolicyOption.read(session, file);
      return new Replacement(Optional.of(Bytes.utf8(given.text())), meaning(given));
    }

    private List<String> meaning(PolicyFile given) {
      try {
        Policy policy = given.read();
        long people =
            policy.signers().signers().stream().map(AllowedSigners.Signer::name).distinct().count();
        long needed = policy.approvals() + (policy.authorMayApprove() ? 0 : 1);
        if (policy.approvals() > 0 && people < needed) {
          throw new CommandFailure(
              ExitCode.USAGE,
              "The policy "
                  + file
                  + " can never be met: it needs "
                  + needed
                  + " people with the author, and lists "
                  + people);
        }
        return words(policy);
      } catch (ApprovalFormatException wrong) {
        throw PolicyOption.wrong(file, wrong);
      }
    }
  }

  /** {@code policy clear}. */
  @Command(name = "clear", description = "Takes the policy out of etcd: plans need no approval.")
  static final class Clear extends Replacing {
    @Override
    Replacement replacement() {
      return new Replacement(Optional.empty(), List.of("none: a plan needs no approval"));
    }
  }
}

package io.ipamrepair.run;

import io.ipamrepair.approval.ApprovalFormatException;
import io.ipamrepair.approval.Assessment;
import io.ipamrepair.approval.Policy;
import io.ipamrepair.approval.SignatureFile;
import io.ipamrepair.change.Edit;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a plan may be applied, by the cluster's policy and the operator's own: each that there is
 * must be met.
 *
 * @param clusterPolicy the cluster's, as it was judged
 * @param refusals why the plan may not be applied; empty when it may
 * @param words what the operator is told
 * @param reviewed whether approvals were needed and are there: they hold for no more than was
 *     reviewed
 * @param exactOnly whether nothing may be carried over
 * @param remark in a few words what it is applied on; empty where no policy asks for anything
 * @param record what the journal keeps of it; nothing where there is neither policy nor signature
 */
record Ruling(
    ClusterPolicy clusterPolicy,
    List<String> refusals,
    List<String> words,
    boolean reviewed,
    boolean exactOnly,
    String remark,
    Optional<Json.Obj> record) {
  Ruling {
    refusals = List.copyOf(refusals);
    words = List.copyOf(words);
  }

  /**
   * Rules on a plan.
   *
   * @param planFile the exact bytes of its file, which signatures are over
   */
  static Ruling on(Etcd etcd, Plan plan, byte[] planFile, Backing backing, Instant now)
      throws EtcdException {
    ClusterPolicy cluster = ClusterPolicy.find(etcd);
    Bench bench = new Bench(plan, planFile, backing, now);
    try {
      cluster.policy().ifPresent(policy -> bench.judge("the cluster's policy", policy));
    } catch (ApprovalFormatException unreadable) {
      bench.refusals.add(
          "the cluster's policy on approvals cannot be read, so nothing may be applied: "
              + String.join("; ", unreadable.problems())
              + ". See: ipam-repair policy show");
    }
    backing.policy().ifPresent(policy -> bench.judge("your policy", policy));
    return bench.ruling(cluster);
  }

  /** Goes through the policies, one by one. */
  private static final class Bench {
    private final Plan plan;
    private final byte[] planFile;
    private final Backing backing;
    private final Instant now;
    private final List<String> refusals = new ArrayList<>();
    private final List<String> words = new ArrayList<>();
    private final List<Json> judged = new ArrayList<>();
    private String remark = "";
    private boolean overridden;
    private boolean reviewed;
    private boolean exactOnly;

    Bench(Plan plan, byte[] planFile, Backing backing, Instant now) {
      this.plan = plan;
      this.planFile = planFile;
      this.backing = backing;
      this.now = now;
    }

    void judge(String whose, Policy policy) {
      exactOnly |= policy.exactOnly();
      Assessment own = Assessment.of(policy, plan, planFile, backing.signatures(), now);
      Optional<Assessment> covering = covering(policy);
      if (own.needed() == 0) {
        return;
      }
      if (own.isMet()) {
        reviewed = true;
        say(own.words());
      } else if (covering.filter(Assessment::isMet).isPresent()) {
        say("covered by the approvals of run " + backing.covering().orElseThrow().run());
      } else {
        unmet(whose, policy, own);
      }
      judged.add(json(whose, own));
    }

    private void say(String line) {
      words.add(line);
      remark = line;
    }

    /** The run's own plan, on the same policy: an approval covers the way back until it expires. */
    private Optional<Assessment> covering(Policy policy) {
      return backing
          .covering()
          .filter(run -> now.isBefore(run.plan().expires()))
          .filter(run -> writesNothingBeside(run.plan()))
          .map(run -> Assessment.of(policy, run.plan(), run.planFile(), run.signatures(), now));
    }

    /** Whatever a journal says that a run wrote: people signed for the keys of its plan. */
    private boolean writesNothingBeside(Plan signed) {
      Set<Bytes> keys =
          writes(signed).map(Plan.PlannedWrite::key).collect(Collectors.toUnmodifiableSet());
      return writes(plan)
          .filter(write -> !write.edits().equals(List.of(new Edit.TouchBlock())))
          .allMatch(write -> keys.contains(write.key()));
    }

    private static Stream<Plan.PlannedWrite> writes(Plan plan) {
      return plan.steps().stream().flatMap(step -> step.writes().stream());
    }

    private void unmet(String whose, Policy policy, Assessment found) {
      if (backing.unreviewed().isPresent() && policy.overrideAllowed()) {
        overridden = true;
        say("NOT APPROVED, applied all the same: " + backing.unreviewed().get());
        found.missing().forEach(missing -> words.add("  missing: " + missing));
        return;
      }
      found.missing().forEach(missing -> refusals.add(whose + " asks for approvals: " + missing));
      refusals.add("so far: " + found.words());
      found.ignored().forEach(each -> refusals.add("does not count: " + each));
      if (backing.unreviewed().isPresent()) {
        refusals.add(whose + " allows nobody to apply without them");
      }
    }

    private static Json.Obj json(String whose, Assessment found) {
      return Json.Obj.of(
          "policy", new Json.Text(whose),
          "needed", Json.Num.of(found.needed()),
          "author", found.author().map(Bench::json).orElse(Json.Null.NULL),
          "approvers", new Json.Array(found.approvers().stream().map(Bench::json).toList()),
          "missing", Json.Array.ofTexts(found.missing()));
    }

    private static Json json(Assessment.Signatory signatory) {
      return Json.Obj.of(
          "name", new Json.Text(signatory.name()),
          "key", new Json.Text(signatory.fingerprint()));
    }

    Ruling ruling(ClusterPolicy cluster) {
      return new Ruling(cluster, refusals, words, reviewed, exactOnly, remark, record());
    }

    private Optional<Json.Obj> record() {
      if (judged.isEmpty() && backing.signatures().isEmpty()) {
        return Optional.empty();
      }
      Map<String, Json> record = new LinkedHashMap<>();
      record.put("words", Json.Array.ofTexts(words));
      record.put("policies", new Json.Array(judged));
      record.put(
          "signatures",
          new Json.Array(backing.signatures().stream().map(Bench::signature).toList()));
      record.put(
          "unreviewed",
          backing
              .unreviewed()
              .filter(reason -> overridden)
              .<Json>map(Json.Text::new)
              .orElse(Json.Null.NULL));
      return Optional.of(new Json.Obj(record));
    }

    private static Json signature(SignatureFile file) {
      return Json.Obj.of(
          "file", new Json.Text(file.name()),
          "content", new Json.Text(file.content().text().orElse("")));
    }
  }
}

package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.approval.PolicyFile;
import io.ipamrepair.approval.SignatureFile;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.SshKeys;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster with a policy on approvals. */
@Tag("etcd")
class PolicyTest {
  private static final String REASSIGN =
      "reassign-affinity --block 10.64.64.64/26 --to kubernetes1003";
  private static final String TWO_STEPS = "remove-pool default-ipv4-ippool --keep-blocks";
  private static final String BLOCK = "/calico/ipam/v2/assignment/ipv4/block/10.64.64.64-26";

  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();
  @TempDir Path folder;
  private Workshop workshop;
  private Path anna;
  private Path ben;
  private List<String> signers;

  @BeforeEach
  void cluster() throws Exception {
    SshKeys keys = new SshKeys(folder);
    anna = keys.make("anna");
    ben = keys.make("ben");
    signers = List.of(SshKeys.allowed("anna", anna), SshKeys.allowed("ben", ben));
    workshop = new Workshop(server, folder.resolve("journal"), 5);
    load("incident-wrong-deletion");
  }

  private void load(String state) {
    server.clear();
    server.load(new Golden("v3.32.1", state).keyValues());
  }

  private String policy(int approvals, boolean exactOnly, boolean overrideAllowed)
      throws Exception {
    return PolicyFile.parse(
            Bytes.utf8(
                "{\"format\":1,\"approvals\":"
                    + approvals
                    + ",\"authorMayApprove\":false,\"exactOnly\":"
                    + exactOnly
                    + ",\"overrideAllowed\":"
                    + overrideAllowed
                    + ",\"more\":[],\"allowedSigners\":[]}"))
        .withSigners(signers)
        .text();
  }

  private void set(String policy) {
    server.put(RunKeys.POLICY.display(), policy);
  }

  private Plan plan(String command) throws Exception {
    return workshop.plan(command, 128, Optional.of(SshKeys.fingerprint(anna)));
  }

  private static Backing signed(Plan plan, Path... who) throws Exception {
    List<SignatureFile> signatures = new ArrayList<>();
    for (Path each : who) {
      signatures.add(SshKeys.sign(each, PlanFile.bytes(plan)));
    }
    return Backing.none().signedBy(signatures);
  }

  private static Backing unreviewed(String reason) {
    return new Backing(List.of(), Optional.empty(), Optional.of(reason), Optional.empty());
  }

  private List<String> refused(RunOutcome outcome) {
    assertThat(outcome).isInstanceOf(RunOutcome.Refused.class);
    return ((RunOutcome.Refused) outcome).reasons();
  }

  private String applied(RunOutcome outcome) {
    assertThat(outcome).isInstanceOf(RunOutcome.Applied.class);
    return ((RunOutcome.Applied) outcome).run();
  }

  private RunRecord record(String run) throws Exception {
    try (Etcd etcd = workshop.connect()) {
      return HeldRecord.find(etcd, run).orElseThrow().record();
    }
  }

  @Test
  void aPlanWithoutItsApprovalsIsRefusedAndWhoIsMissingIsNamed() throws Exception {
    set(policy(1, false, true));
    Plan plan = plan(REASSIGN);
    Map<Bytes, Bytes> before = server.calico();
    assertThat(refused(workshop.apply(plan)))
        .anyMatch(line -> line.contains("the author has not signed"))
        .anyMatch(line -> line.contains("0 of 1 approval; who may: ben"));
    assertThat(refused(workshop.apply(plan, signed(plan, anna))))
        .anyMatch(line -> line.contains("0 of 1 approval; who may: ben"))
        .anyMatch(line -> line.contains("signed by its author, anna"));
    assertThat(server.calico()).isEqualTo(before);
    assertThat(workshop.journal().list()).as("runs").isEmpty();
  }

  @Test
  void aSignatureOverAnotherPlanIsNone() throws Exception {
    set(policy(1, false, true));
    Plan plan = plan(REASSIGN);
    Plan other = plan("reassign-affinity --block 10.64.64.64/26 --to kubernetes1004");
    assertThat(refused(workshop.apply(plan, signed(other, anna, ben))))
        .anyMatch(line -> line.startsWith("does not count: plan.ben.sig: does not go with"));
  }

  @Test
  void anApprovedPlanIsAppliedAndJournalAndRecordSayByWhom() throws Exception {
    set(policy(1, false, true));
    Plan plan = plan(REASSIGN);
    String run = applied(workshop.apply(plan, signed(plan, anna, ben)));
    RunHistory history = workshop.journal().read(run);
    RunApprovals kept = RunApprovals.of(history);
    assertThat(kept.words()).containsExactly("signed by its author, anna; approved by ben");
    assertThat(kept.signatures()).hasSize(2);
    assertThat(record(run).approval()).isEqualTo("signed by its author, anna; approved by ben");
  }

  @Test
  void theWayBackOfAnApprovedRunNeedsNobodyElse() throws Exception {
    set(policy(1, false, false));
    Map<Bytes, Bytes> before = server.calico();
    Plan plan = plan(REASSIGN);
    String run = applied(workshop.apply(plan, signed(plan, anna, ben)));
    String undo = applied(workshop.rollBack(run));
    assertThat(server.calico()).isEqualTo(before);
    assertThat(record(undo).approval()).isEqualTo("covered by the approvals of run " + run);
  }

  @Test
  void theWayBackIsNotCoveredOnceThePlanHasExpiredNorBySomebodyElsesSignatures() throws Exception {
    set(policy(1, false, true));
    Plan plan = plan(REASSIGN);
    String run = applied(workshop.apply(plan, signed(plan, anna, ben)));
    Rollback.Prepared.Ready ready = (Rollback.Prepared.Ready) workshop.prepareRollback(run);
    Backing.Covering covering = ready.covering().orElseThrow();
    Plan old = expired(plan);
    for (Backing.Covering wrong :
        List.of(
            new Backing.Covering(
                run, old, PlanFile.bytes(old), signed(old, anna, ben).signatures()),
            new Backing.Covering(run, plan, covering.planFile(), List.of()),
            new Backing.Covering(
                run, plan, covering.planFile(), signed(old, anna, ben).signatures()),
            new Backing.Covering(
                run,
                plan.withSteps(List.of()),
                covering.planFile(),
                signed(plan, anna, ben).signatures()))) {
      assertThat(refused(workshop.apply(ready.plan(), Backing.none().covering(wrong))))
          .anyMatch(line -> line.contains("asks for approvals"));
    }
    applied(workshop.apply(ready.plan(), Backing.none().covering(covering)));
  }

  private static Plan expired(Plan plan) {
    return new Plan(
        plan.title(),
        plan.command(),
        plan.author(),
        plan.authorKey(),
        plan.created(),
        plan.created(),
        plan.reason(),
        plan.cluster(),
        plan.findings(),
        plan.impact(),
        plan.left(),
        plan.acceptedRisk(),
        plan.limits(),
        plan.steps(),
        plan.context());
  }

  @Test
  void anEmergencyIsAppliedWithoutApprovalsAndJournalAndRecordKeepTheReason() throws Exception {
    set(policy(1, false, true));
    Plan plan = plan(REASSIGN);
    String run = applied(workshop.apply(plan, unreviewed("all pods down, INC-7")));
    assertThat(record(run).approval()).contains("NOT APPROVED", "all pods down, INC-7");
    assertThat(RunApprovals.of(workshop.journal().read(run)).words())
        .anyMatch(line -> line.contains("all pods down, INC-7"))
        .anyMatch(line -> line.contains("missing: 0 of 1 approval"));
  }

  @Test
  void aPolicyThatForbidsItKnowsNoEmergency() throws Exception {
    set(policy(1, false, false));
    Plan plan = plan(REASSIGN);
    assertThat(refused(workshop.apply(plan, unreviewed("please"))))
        .anyMatch(line -> line.contains("allows nobody to apply without them"));
  }

  @Test
  void aPolicyThatCannotBeReadAllowsNothing() throws Exception {
    set("{\"format\":1}");
    Plan plan = plan(REASSIGN);
    assertThat(refused(workshop.apply(plan, unreviewed("please"))))
        .anyMatch(line -> line.contains("cannot be read, so nothing may be applied"));
  }

  @Test
  void theOperatorsOwnPolicyMustBeMetBesides() throws Exception {
    Plan plan = plan(REASSIGN);
    Backing own =
        new Backing(
            List.of(),
            Optional.of(PolicyFile.parse(Bytes.utf8(policy(1, false, true))).read()),
            Optional.empty(),
            Optional.empty());
    assertThat(refused(workshop.apply(plan, own)))
        .anyMatch(line -> line.startsWith("your policy asks for approvals"));
    set(policy(0, false, true));
    applied(workshop.apply(plan, own.signedBy(signed(plan, anna, ben).signatures())));
  }

  @Test
  void aPolicyThatChangesBetweenTwoStepsStopsTheRunThere() throws Exception {
    load("healthy-v4");
    set(policy(1, false, true));
    Plan plan = plan(TWO_STEPS);
    Map<Bytes, Bytes> before = server.calico();
    String two = policy(2, false, true);
    RunOutcome outcome = workshop.betweenSteps(() -> set(two)).apply(plan, signed(plan, anna, ben));
    assertThat(outcome).isInstanceOf(RunOutcome.Halted.class);
    RunOutcome.Halted halted = (RunOutcome.Halted) outcome;
    assertThat(halted.applied()).isEqualTo(1);
    assertThat(halted.reasons())
        .anyMatch(line -> line.contains("the cluster's policy on approvals was changed meanwhile"));

    assertThat(refused(workshop.resume(halted.run())))
        .anyMatch(line -> line.contains("1 of 2 approvals (ben)"));
    set(policy(1, false, true));
    applied(workshop.rollBack(halted.run()));
    assertThat(server.calico()).isEqualTo(before);
  }

  @Test
  void aPolicyThatComesWhileTheOperatorIsAskedIsHeeded() throws Exception {
    Plan plan = plan(REASSIGN);
    String one = policy(1, false, true);
    assertThat(refused(workshop.whenTold("undo, once it is applied", () -> set(one)).apply(plan)))
        .anyMatch(line -> line.contains("asks for approvals"));
  }

  @Test
  void aRunThatWasCutOffGoesOnWithTheSignaturesInItsJournal() throws Exception {
    load("healthy-v4");
    set(policy(1, false, true));
    Plan plan = plan(TWO_STEPS);
    RunOutcome outcome =
        workshop
            .betweenSteps(() -> server.put(RunKeys.POLICY.display(), "{}"))
            .apply(plan, signed(plan, anna, ben));
    set(policy(1, false, true));
    String run = applied(workshop.resume(((RunOutcome.Halted) outcome).run()));
    assertThat(record(run).approval()).isEqualTo("signed by its author, anna; approved by ben");
  }

  @Test
  void underAPolicyOfExactPlansNothingIsCarriedOver() throws Exception {
    set(policy(1, true, true));
    Plan plan = plan(REASSIGN);
    server.put(BLOCK, withPod(reviewed()));
    assertThat(workshop.apply(plan, signed(plan, anna, ben))).isInstanceOf(RunOutcome.Moved.class);
  }

  @Test
  void anApprovalHoldsForACarriedOverPlanThatHitsNoMoreThanWasReviewed() throws Exception {
    set(policy(1, false, true));
    Plan plan = plan(REASSIGN);
    assertThat(plan.impact().workloads()).contains("zotero/" + reviewed());
    server.put(BLOCK, withPod(reviewed()));
    applied(workshop.apply(plan, signed(plan, anna, ben)));
  }

  @Test
  void anApprovalDoesNotHoldForACarriedOverPlanThatHitsAWorkloadThatNobodyReviewed()
      throws Exception {
    set(policy(1, false, true));
    Plan plan = plan(REASSIGN);
    server.put(BLOCK, withPod("newcomer-1"));
    Map<Bytes, Bytes> before = server.calico();
    RunOutcome outcome = workshop.apply(plan, signed(plan, anna, ben));
    assertThat(outcome).isInstanceOf(RunOutcome.Moved.class);
    assertThat(((RunOutcome.Moved) outcome).moved())
        .anyMatch(line -> line.contains("approvals are for what was reviewed"))
        .anyMatch(line -> line.contains("also the workload zotero/newcomer-1"))
        .anyMatch(line -> line.contains("also the workload with a single endpoint"));
    assertThat(server.calico()).isEqualTo(before);

    server.delete(RunKeys.POLICY.display());
    applied(workshop.apply(plan));
  }

  /**
   * The block with one pod more, at ordinal 14; its endpoint is there already.
   *
   * @param workload the part of the pod's name that is the workload's
   */
  private String withPod(String workload) {
    Map.Entry<Bytes, Bytes> like = neighbour();
    String escaped = workload.replace("-", "--") + "--new";
    server.put(
        like.getKey().display().replaceFirst("zotero--[a-z0-9]+--[a-z0-9]+", escaped),
        like.getValue()
            .display()
            .replaceFirst("zotero--[a-z0-9]+--[a-z0-9]+", escaped)
            .replaceFirst("\"generateName\":\"[^\"]*\"", "\"generateName\":\"" + workload + "-\"")
            .replaceFirst("\"pod\":\"[^\"]*\"", "\"pod\":\"" + workload + "-new\"")
            .replace("\"10.64.64.64/32\"", "\"10.64.64.78/32\""));
    String block = server.calico().get(Bytes.utf8(BLOCK)).display();
    String withPod =
        block
            .replaceFirst("(\"allocations\":\\[(?:\\d+,){14})null", "$114")
            .replaceFirst("\"unallocated\":\\[14,", "\"unallocated\":[")
            .replaceFirst(
                "(\\}\\})\\]",
                "$1,{\"handle_id\":\"k8s-pod-network.n1\",\"secondary\":{\"namespace\":\"zotero\","
                    + "\"node\":\"kubernetes1003\",\"pod\":\""
                    + workload
                    + "-new\",\"timestamp\":\"2026-11-24 20:15:03.0 +0000 UTC\"}}]");
    assertThat(withPod).isNotEqualTo(block).contains("n1");
    return withPod;
  }

  /** The endpoint of a pod in the block. */
  private Map.Entry<Bytes, Bytes> neighbour() {
    return server.calico().entrySet().stream()
        .filter(each -> each.getKey().display().contains("-k8s-zotero--"))
        .filter(each -> each.getValue().display().contains("\"10.64.64.64/32\""))
        .findFirst()
        .orElseThrow();
  }

  /** The workload of that pod. */
  private String reviewed() {
    return neighbour()
        .getValue()
        .display()
        .replaceFirst(".*\"generateName\":\"([^\"]*)-\".*", "$1");
  }
}

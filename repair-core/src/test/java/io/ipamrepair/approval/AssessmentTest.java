package io.ipamrepair.approval;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.SshKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What signatures are worth under a policy. */
class AssessmentTest {
  private static final List<String> COMMAND = List.of("remove-pool", "eqiad-pods-second");

  @TempDir Path folder;
  private Path anna;
  private Path ben;
  private Path carl;
  private Path stranger;
  private final List<String> signers = new ArrayList<>();

  @BeforeEach
  void people() throws Exception {
    SshKeys keys = new SshKeys(folder);
    anna = keys.make("anna");
    ben = keys.make("ben");
    carl = keys.make("carl");
    stranger = keys.make("stranger");
    signers.add(SshKeys.allowed("anna", anna));
    signers.add(SshKeys.allowed("ben", ben));
    signers.add(SshKeys.allowed("carl", carl));
  }

  private static Plan plan(Optional<String> authorKey) throws Exception {
    Circumstances without = Repairs.circumstances(COMMAND.toArray(String[]::new));
    var state = new Golden("v3.32.1", "incident-typo").state();
    return new Planner(state, EtcdLimits.standard())
        .plan(
            Repairs.of(COMMAND),
            new Circumstances(
                COMMAND,
                without.author(),
                authorKey,
                without.created(),
                without.expires(),
                without.reason(),
                without.etcdClusterId()));
  }

  private Policy policy(String more) throws Exception {
    return PolicyFile.parse(
            Bytes.utf8(
                "{\"format\":1,\"approvals\":1,\"authorMayApprove\":false,\"exactOnly\":false,"
                    + "\"overrideAllowed\":true,\"more\":["
                    + more
                    + "],\"allowedSigners\":[]}"))
        .withSigners(signers)
        .read();
  }

  private Assessment assess(Policy policy, Plan plan, Path... who) throws Exception {
    List<SignatureFile> signatures = new ArrayList<>();
    for (Path each : who) {
      signatures.add(SshKeys.sign(each, PlanFile.bytes(plan)));
    }
    return Assessment.of(policy, plan, PlanFile.bytes(plan), signatures, Repairs.NOW);
  }

  @Test
  void theAuthorAndOneOtherAreEnoughAndAreNamed() throws Exception {
    Plan plan = plan(Optional.of(SshKeys.fingerprint(anna)));
    Assessment found = assess(policy(""), plan, anna, ben);
    assertThat(found.missing()).isEmpty();
    assertThat(found.words()).isEqualTo("signed by its author, anna; approved by ben");
  }

  @Test
  void theAuthorAloneIsNotEnoughAndWhoMayApproveIsSaid() throws Exception {
    Plan plan = plan(Optional.of(SshKeys.fingerprint(anna)));
    assertThat(assess(policy(""), plan, anna, anna).missing())
        .containsExactly("0 of 1 approval; who may: ben, carl");
  }

  @Test
  void anAuthorWhoDidNotSignMayBeAnybodySoAnApprovalAloneIsNotEnough() throws Exception {
    Plan named = plan(Optional.of(SshKeys.fingerprint(anna)));
    assertThat(assess(policy(""), named, ben).missing())
        .singleElement()
        .asString()
        .contains("the author has not signed", SshKeys.fingerprint(anna));
    assertThat(assess(policy(""), plan(Optional.empty()), ben, carl).missing())
        .singleElement()
        .asString()
        .contains("key is not named");
  }

  @Test
  void theAuthorsSecondKeyDoesNotApprove() throws Exception {
    signers.set(1, SshKeys.allowed("anna", ben));
    Plan plan = plan(Optional.of(SshKeys.fingerprint(anna)));
    assertThat(assess(policy(""), plan, anna, ben).missing())
        .containsExactly("0 of 1 approval; who may: carl");
  }

  @Test
  void onePersonCountsOnceWithHoweverManyKeys() throws Exception {
    signers.set(2, SshKeys.allowed("ben", carl));
    Plan plan = plan(Optional.of(SshKeys.fingerprint(anna)));
    Policy two = policy("{\"when\":\"command\",\"is\":\"remove-pool\",\"approvals\":2}");
    assertThat(assess(two, plan, anna, ben, carl).missing())
        .containsExactly("1 of 2 approvals (ben); who may: nobody else");
  }

  @Test
  void moreAreNeededForACommandOrAnImpact() throws Exception {
    Plan plan = plan(Optional.of(SshKeys.fingerprint(anna)));
    for (String more :
        List.of(
            "{\"when\":\"command\",\"is\":\"remove-pool\",\"approvals\":2}",
            "{\"when\":\"nodes\",\"atLeast\":0,\"approvals\":2}",
            "{\"when\":\"addresses\",\"atLeast\":"
                + plan.impact().addresses()
                + ",\"approvals\":2}")) {
      assertThat(assess(policy(more), plan, anna, ben).missing()).as(more).hasSize(1);
      assertThat(assess(policy(more), plan, anna, ben, carl).missing()).as(more).isEmpty();
    }
    assertThat(
            assess(
                    policy(
                        "{\"when\":\"addresses\",\"atLeast\":"
                            + (plan.impact().addresses() + 1)
                            + ",\"approvals\":2}"),
                    plan,
                    anna,
                    ben)
                .missing())
        .isEmpty();
  }

  @Test
  void aStrangerAndASignatureOverOtherBytesCountForNothing() throws Exception {
    Plan plan = plan(Optional.of(SshKeys.fingerprint(anna)));
    byte[] other = PlanFile.bytes(plan);
    other[other.length - 1] = ' ';
    List<SignatureFile> signatures =
        List.of(
            SshKeys.sign(anna, PlanFile.bytes(plan)),
            SshKeys.sign(ben, other),
            SshKeys.sign(stranger, PlanFile.bytes(plan)),
            new SignatureFile("plan.x.sig", Bytes.utf8("hello")));
    Assessment found =
        Assessment.of(policy(""), plan, PlanFile.bytes(plan), signatures, Repairs.NOW);
    assertThat(found.isMet()).isFalse();
    assertThat(found.ignored())
        .hasSize(3)
        .anyMatch(line -> line.contains("plan.ben.sig: does not go with this file"))
        .anyMatch(line -> line.contains("no key of an allowed signer"))
        .anyMatch(line -> line.contains("plan.x.sig: not an SSH signature"));
  }

  @Test
  void aReportSaysOfEachFileWhatItIsWithoutAnyPolicy() throws Exception {
    Plan plan = plan(Optional.of(SshKeys.fingerprint(anna)));
    byte[] file = PlanFile.bytes(plan);
    List<SignatureReport.Line> lines =
        SignatureReport.of(
            plan,
            file,
            List.of(
                SshKeys.sign(anna, file),
                SshKeys.sign(ben, file),
                SshKeys.sign(carl, new byte[] {1}),
                new SignatureFile("x.sig", Bytes.utf8("x"))));
    assertThat(lines.stream().map(SignatureReport.Line::words))
        .containsExactly(
            "signed by its author, " + SshKeys.fingerprint(anna),
            "signed by " + SshKeys.fingerprint(ben),
            "counts for nothing: it was made over other bytes",
            "counts for nothing: not an SSH signature: expected -----BEGIN SSH SIGNATURE----- …"
                + " -----END SSH SIGNATURE-----");
    assertThat(lines.stream().map(line -> line.fingerprint().isPresent()))
        .containsExactly(true, true, false, false);
  }

  @Test
  void whereTheAuthorMayApproveTheirSignatureCounts() throws Exception {
    Plan plan = plan(Optional.of(SshKeys.fingerprint(anna)));
    Policy policy = new Policy(1, true, false, true, List.of(), policy("").signers());
    assertThat(assess(policy, plan, anna).isMet()).isTrue();
    assertThat(assess(policy, plan, ben).isMet()).isTrue();
    assertThat(assess(policy, plan).missing()).hasSize(1);
  }

  @Test
  void aPolicyThatCannotBeReadIsRefusedWithEveryProblem() throws Exception {
    PolicyFile file =
        PolicyFile.parse(
            Bytes.utf8(
                "{\"format\":2,\"approvals\":-1,\"authorMayApprove\":1,\"exactOnly\":false,"
                    + "\"overrideAllowed\":true,\"more\":[{\"when\":\"moon\",\"is\":\"full\",\"approvals\":1}],"
                    + "\"allowedSigners\":[\"ben\"],\"extra\":0}"));
    org.assertj.core.api.Assertions.assertThatThrownBy(file::read)
        .isInstanceOfSatisfying(
            ApprovalFormatException.class,
            wrong ->
                assertThat(wrong.problems())
                    .anyMatch(line -> line.startsWith("format:"))
                    .anyMatch(line -> line.startsWith("approvals:"))
                    .anyMatch(line -> line.startsWith("authorMayApprove:"))
                    .anyMatch(line -> line.startsWith("more:"))
                    .anyMatch(line -> line.startsWith("extra:"))
                    .anyMatch(line -> line.startsWith("allowed signers, line 1:")));
  }
}

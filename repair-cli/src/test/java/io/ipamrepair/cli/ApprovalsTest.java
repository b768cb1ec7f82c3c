package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.SshKeys;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A plan that two people sign before it is applied. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApprovalsTest {
  private static final String REASSIGN =
      "reassign-affinity --block 10.64.64.64/26 --to kubernetes1003 --out p.json";

  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();
  private CommandRun.Place place;
  private Path folder;
  private SshKeys keys;
  private Path anna;
  private Path ben;

  @BeforeEach
  void place(@TempDir Path folder) throws Exception {
    server.clear();
    server.delete("/ipam-repair/v1/policy");
    server.load(new Golden("v3.32.1", "incident-wrong-deletion").keyValues());
    this.folder = folder;
    keys = new SshKeys(folder);
    anna = keys.make("anna");
    ben = keys.make("ben");
    Files.writeString(
        folder.resolve("allowed_signers"),
        SshKeys.allowed("anna@example.org", anna)
            + "\n"
            + SshKeys.allowed("ben@example.org", ben)
            + "\n");
    policy("true");
    place = new CommandRun.Place(folder).with("ETCDCTL_ENDPOINTS", server.endpoint().toString());
  }

  private void policy(String overrideAllowed) throws Exception {
    Files.writeString(
        folder.resolve("policy.json"),
        "{\"format\": 1, \"approvals\": 1, \"authorMayApprove\": false, \"exactOnly\": false,"
            + " \"overrideAllowed\": "
            + overrideAllowed
            + ", \"more\": [{\"when\": \"command\", \"is\": \"remove-pool\", \"approvals\": 1}],"
            + " \"allowedSignersFile\": \"allowed_signers\"}\n");
  }

  private CommandRun done(String command, String... more) {
    return expect(ExitCode.DONE, command, more);
  }

  private CommandRun expect(ExitCode exit, String command, String... more) {
    CommandRun run = place.run(command, more);
    assertThat(run.exit()).as("%s: %s", command, run.said()).isEqualTo(exit.code());
    return run;
  }

  private List<Path> signatures() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".sig")).sorted().toList();
    }
  }

  @Test
  void theAuthorSignsASecondPersonApprovesAndThePlanIsAppliedAndTakenBack() throws Exception {
    assertThat(done("policy set policy.json --yes").said())
        .contains("1 approval besides the author's own signature")
        .contains("may sign: ben@example.org  " + SshKeys.fingerprint(ben));
    assertThat(done("policy show").out()).contains("without them: --apply-unreviewed REASON");

    assertThat(done(REASSIGN, "--ssh-key", anna.toString()).out())
        .contains("Signed by its author: p.json.tester.sig");
    assertThat(expect(ExitCode.PLAN_REFUSED, "apply p.json --yes").unbroken())
        .contains(
            "the cluster's policy asks for approvals: 0 of 1 approval; who may: ben@example.org")
        .contains("so far: signed by its author, anna@example.org; approved by nobody");

    assertThat(done("approve p.json", "--ssh-key", ben.toString()).out())
        .contains("Signed with " + SshKeys.fingerprint(ben) + ": p.json.tester-2.sig")
        .contains("It holds until the plan expires");
    assertThat(done("approve p.json", "--ssh-key", ben.toString()).out())
        .contains("Was signed already");
    assertThat(signatures()).hasSize(2);

    CommandRun applied = done("apply p.json --yes");
    assertThat(applied.unbroken())
        .contains("signed by its author, anna@example.org; approved by ben@example.org");
    String run = applied.out().replaceFirst("(?s).*rollback (r-[0-9a-z]+).*", "$1");
    assertThat(done("runs show " + run).out()).contains("approved by ben@example.org");
    assertThat(done("rollback " + run + " --yes").unbroken())
        .contains("covered by the approvals of run " + run);
  }

  @Test
  void opensshVerifiesWhatApproveMakesAndWhatItSignsByHandIsAsGood() throws Exception {
    done(REASSIGN, "--ssh-key", anna.toString());
    Path plan = folder.resolve("p.json");
    SshKeys.run(
        List.of(
            "ssh-keygen",
            "-Y",
            "verify",
            "-f",
            folder.resolve("allowed_signers").toString(),
            "-I",
            "anna@example.org",
            "-n",
            "ipam-repair-plan",
            "-s",
            folder.resolve("p.json.tester.sig").toString()),
        Files.readAllBytes(plan));

    SshKeys.run(
        List.of(
            "ssh-keygen",
            "-q",
            "-Y",
            "sign",
            "-n",
            "ipam-repair-plan",
            "-f",
            ben.toString(),
            plan.toString()),
        new byte[0]);
    assertThat(signatures()).anyMatch(file -> file.endsWith("p.json.sig"));
    done("policy set policy.json --yes");
    done("apply p.json --yes");
  }

  @Test
  void aKeyOfTheAgentSignsAndIsFoundWhereItIsTheOnlyOne() throws Exception {
    Path socket = Files.createTempDirectory("agent").resolve("socket");
    Process agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString()).start();
    try {
      agent.inputReader().readLine();
      ProcessBuilder add = new ProcessBuilder("ssh-add", "-q", ben.toString());
      add.environment().put("SSH_AUTH_SOCK", socket.toString());
      assertThat(add.start().waitFor()).as("ssh-add").isZero();
      Files.delete(ben);
      place.with("SSH_AUTH_SOCK", socket.toString());
      done(REASSIGN);
      assertThat(done("approve p.json -o json").out())
          .contains("\"key\": \"" + SshKeys.fingerprint(ben) + "\"")
          .contains("\"author\": false");
      assertThat(signatures()).hasSize(1);
    } finally {
      agent.destroy();
      agent.waitFor();
    }
  }

  @Test
  void whereNoKeyOrSeveralCouldSignEachIsNamedAndNothingIsSigned() throws Exception {
    done(REASSIGN);
    assertThat(expect(ExitCode.USAGE, "approve p.json").unbroken())
        .contains("no SSH key to sign with")
        .contains("--ssh-key FILE (or IPAM_REPAIR_SSH_KEY)");
    Path ssh = Files.createDirectory(folder.resolve(".ssh"));
    Files.copy(anna, ssh.resolve("id_ed25519"));
    Files.copy(ben, ssh.resolve("id_ecdsa"));
    assertThat(expect(ExitCode.USAGE, "approve p.json").unbroken())
        .contains("several SSH keys could sign", "id_ed25519", "id_ecdsa");
    expect(ExitCode.USAGE, "approve p.json --ssh-key nothing-there");
    expect(ExitCode.USAGE, "approve p.json --ssh-key policy.json");
    expect(ExitCode.USAGE, "approve no-such-plan.json");
    assertThat(signatures()).isEmpty();
  }

  @Test
  void anEmergencyNeedsAReasonAndIsToldAndAPolicyMayForbidIt() throws Exception {
    done("policy set policy.json --yes");
    done(REASSIGN);
    assertThat(expect(ExitCode.USAGE, "apply p.json --yes --apply-unreviewed", " ").err())
        .contains("expected the reason");
    CommandRun applied = done("apply p.json --yes --apply-unreviewed", "INC-7, all pods down");
    assertThat(applied.unbroken()).contains("NOT APPROVED, applied all the same: INC-7");
    String run = applied.out().replaceFirst("(?s).*rollback (r-[0-9a-z]+).*", "$1");
    assertThat(done("runs show " + run).out()).contains("NOT APPROVED", "INC-7, all pods down");

    policy("false");
    done("policy set policy.json --yes");
    assertThat(
            expect(
                    ExitCode.PLAN_REFUSED,
                    "rollback " + run + " --yes --apply-unreviewed",
                    "INC-7 again")
                .unbroken())
        .contains("allows nobody to apply without them");
  }

  @Test
  void aPolicyOfTheOperatorsOwnIsAFileAndCountsToo() throws Exception {
    done(REASSIGN, "--ssh-key", anna.toString());
    assertThat(expect(ExitCode.PLAN_REFUSED, "apply p.json --yes --policy policy.json").unbroken())
        .contains("your policy asks for approvals");
    place.with("IPAM_REPAIR_POLICY", "policy.json");
    expect(ExitCode.PLAN_REFUSED, "apply p.json --yes");
    done("approve p.json", "--ssh-key", ben.toString());
    done("apply p.json --dry-run");
  }

  @Test
  void aPolicyThatIsNoneOrCanNeverBeMetIsNotSet() throws Exception {
    expect(ExitCode.USAGE, "policy");
    expect(ExitCode.USAGE, "policy set nothing-there.json --yes");
    Files.writeString(folder.resolve("half.json"), "{\"format\": 1, \"approvals\": \"two\"}");
    assertThat(expect(ExitCode.USAGE, "policy set half.json --yes").unbroken())
        .contains("approvals: expected an integer", "allowedSigners: missing");
    Files.writeString(
        folder.resolve("allowed_signers"), SshKeys.allowed("anna@example.org", anna) + "\n");
    assertThat(expect(ExitCode.USAGE, "policy set policy.json --yes").unbroken())
        .contains("can never be met: it needs 2 people with the author, and lists 1");
    assertThat(done("policy show").out()).contains("The cluster has no policy");
    assertThat(done("policy show -o json").out()).contains("\"policy\": null");
  }

  @Test
  void aPolicyThatIsDeclinedOrDamagedIsSaid() throws Exception {
    expect(ExitCode.DECLINED, "policy set policy.json");
    server.put("/ipam-repair/v1/policy", "nonsense");
    assertThat(expect(ExitCode.FOUND, "policy show").out())
        .contains("cannot be read, so nothing can be applied");
    done(REASSIGN);
    expect(ExitCode.PLAN_REFUSED, "apply p.json --yes");
    done("policy clear --yes");
    done("apply p.json --yes");
  }

  @Test
  void anExpiredPlanIsNotSigned() throws Exception {
    done(REASSIGN + " --expires 1s");
    place.at(java.time.Instant.now().plusSeconds(3600));
    assertThat(expect(ExitCode.PLAN_REFUSED, "approve p.json --ssh-key " + ben).err())
        .contains("Not signed: the plan expired");
  }

  @Test
  void aPassphraseThatNobodyCanTypeIsSaidByOpensshInAWord() throws Exception {
    Path locked = folder.resolve("locked");
    SshKeys.run(
        List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", locked.toString()),
        new byte[0]);
    done(REASSIGN);
    CommandRun refused = expect(ExitCode.USAGE, "approve p.json --ssh-key " + locked);
    assertThat(refused.err()).contains("could not be signed").doesNotContain("\tat ");
    assertThat(new String(Files.readAllBytes(folder.resolve("p.json")), StandardCharsets.UTF_8))
        .contains("\"authorKey\": null");
  }
}

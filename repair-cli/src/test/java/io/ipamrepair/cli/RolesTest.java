package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.SshKeys;
import io.ipamrepair.testing.ThrowawayEtcd;
import io.ipamrepair.testing.Users;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Users of etcd with exactly the permissions that docs/configuration.md gives them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.MethodName.class)
class RolesTest {
  private static final Pattern GRANT =
      Pattern.compile(
          "etcdctl role grant-permission (\\S+) (?:--prefix )?(read|readwrite) (/\\S+)");

  private ThrowawayEtcd server;
  private Users users;
  private Map<Bytes, Bytes> before;
  private Path folder;

  @BeforeAll
  void start() throws Exception {
    server = ThrowawayEtcd.start();
    server.load(new Golden("v3.32.1", "incident-typo").keyValues());
    before = server.calico();
    users = new Users(server.endpoint());
    users.add("ipam-reader", "secret-of-reader");
    users.add("ipam-operator", "secret-of-operator");
    users.add("ipam-policy", "secret-of-policy");
    Matcher grants = GRANT.matcher(Files.readString(Path.of("../docs/configuration.md")));
    int granted = 0;
    while (grants.find()) {
      users.allow(grants.group(1), grants.group(3), grants.group(2).equals("readwrite"));
      granted++;
    }
    assertThat(granted).isEqualTo(11);
    users.enable();
  }

  @AfterAll
  void stop() {
    users.close();
    server.close();
  }

  @BeforeEach
  void place(@TempDir Path folder) {
    this.folder = folder;
  }

  private CommandRun.Place as(String who) {
    return new CommandRun.Place(folder)
        .with("ETCDCTL_ENDPOINTS", server.endpoint().toString())
        .with("ETCDCTL_USER", "ipam-" + who)
        .with("ETCDCTL_PASSWORD", "secret-of-" + who);
  }

  private static CommandRun expect(ExitCode exit, CommandRun run) {
    assertThat(run.exit()).as(run.said()).isEqualTo(exit.code());
    assertThat(run.said()).doesNotContain("secret-of");
    return run;
  }

  @Test
  void aReaderSeesEverythingMakesPlansAndWritesNothing() throws Exception {
    CommandRun.Place reader = as("reader");
    assertThat(expect(ExitCode.FOUND, reader.run("scan")).out()).doesNotContain("Not known");
    expect(ExitCode.DONE, reader.run("show pool eqiad-pods"));
    expect(ExitCode.DONE, reader.run("dump all.jsonl"));
    expect(ExitCode.DONE, reader.run("lock status"));
    expect(ExitCode.DONE, reader.run("remove-pool eqiad-pods-second --out p.json"));
    assertThat(Files.readString(folder.resolve("p.json"))).doesNotContain("secret-of");
    expect(ExitCode.DONE, reader.run("apply p.json --dry-run"));
    expect(ExitCode.ETCD, reader.run("apply p.json --yes"));
    assertThat(asOperator(before)).isTrue();
  }

  /** The server's own look needs a user too: the operator's dump tells whether anything changed. */
  private boolean asOperator(Map<Bytes, Bytes> expected) throws Exception {
    Path file = folder.resolve("now.jsonl");
    Files.deleteIfExists(file);
    expect(ExitCode.DONE, as("operator").run("dump now.jsonl"));
    String dump = Files.readString(file);
    return expected.keySet().stream()
        .filter(key -> key.display().startsWith("/calico/ipam/v2/assignment/"))
        .allMatch(key -> dump.contains(key.display()));
  }

  @Test
  void whoAppliesCannotChangeThePolicyAndWhoSetsItChangesNothingElse() throws Exception {
    Path key = new SshKeys(folder).make("anna");
    Files.writeString(folder.resolve("signers"), SshKeys.allowed("anna", key) + "\n");
    Files.writeString(
        folder.resolve("policy.json"),
        """
        {"format": 1, "approvals": 1, "authorMayApprove": true, "exactOnly": false,
         "overrideAllowed": false, "more": [], "allowedSignersFile": "signers"}
        """);
    CommandRun.Place operator = as("operator");
    expect(ExitCode.DONE, operator.run("remove-pool eqiad-pods-second --out s.json"));
    expect(ExitCode.ETCD, operator.run("policy set policy.json --yes"));
    expect(ExitCode.DONE, as("policy").run("policy set policy.json --yes"));
    expect(ExitCode.ETCD, operator.run("policy clear --yes"));
    expect(ExitCode.ETCD, as("policy").run("apply s.json --yes"));
    expect(ExitCode.PLAN_REFUSED, operator.run("apply s.json --yes"));
    expect(ExitCode.DONE, operator.run("approve s.json --ssh-key", key.toString()));
    expect(ExitCode.DONE, operator.run("apply s.json --dry-run"));
    expect(ExitCode.DONE, as("policy").run("policy clear --yes"));
  }

  @Test
  void anOperatorAppliesSettlesAndTakesBack() throws Exception {
    CommandRun.Place operator = as("operator");
    expect(ExitCode.DONE, operator.run("remove-pool eqiad-pods-second --out q.json"));
    String run =
        expect(ExitCode.DONE, operator.run("apply q.json --yes"))
            .out()
            .replaceFirst("(?s).*rollback (r-[0-9a-z]+).*", "$1");
    expect(ExitCode.DONE, operator.run("recover"));
    expect(ExitCode.DONE, operator.run("rollback " + run + " --yes --lock-datastore"));
    expect(ExitCode.DONE, operator.run("replan q.json --out r.json"));
    run =
        expect(ExitCode.DONE, operator.run("apply r.json --yes --lock-datastore"))
            .out()
            .replaceFirst("(?s).*rollback (r-[0-9a-z]+).*", "$1");
    expect(ExitCode.DONE, operator.run("runs verify"));
    expect(ExitCode.DONE, operator.run("scan --only P1"));
    expect(ExitCode.DONE, operator.run("rollback " + run + " --yes"));
    expect(ExitCode.FOUND, operator.run("scan --only P1"));
    for (Path file : Files.list(folder.resolve("journal")).toList()) {
      assertThat(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
          .as(file.toString())
          .doesNotContain("secret-of");
    }
  }
}

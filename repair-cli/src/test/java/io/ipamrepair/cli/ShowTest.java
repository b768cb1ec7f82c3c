package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipamrepair.etcd.EarlierValue;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.show.OrdinalUse;
import io.ipamrepair.show.Survey;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Everything about one object, as a person and as a program sees it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShowTest {
  private static final String BLOCK_KEY = "/calico/ipam/v2/assignment/ipv4/block/";

  private ThrowawayEtcd server;
  private CommandRun.Place place;

  @BeforeAll
  void start() {
    server = ThrowawayEtcd.start();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @BeforeEach
  void place(@TempDir Path folder) {
    place = new CommandRun.Place(folder).with("ETCDCTL_ENDPOINTS", server.endpoint().toString());
  }

  /** Makes etcd hold a state and nothing else, and forget what was before. */
  private void load(String release, String name) {
    server.clear();
    server.load(new Golden(release, name).keyValues());
    server.compact();
  }

  private void load(String name) {
    load("v3.32.1", name);
  }

  private static CommandRun expect(ExitCode exit, CommandRun run) {
    assertThat(run.exit()).as(run.said()).isEqualTo(exit.code());
    assertThat(run.err()).doesNotContain("\tat ");
    return run;
  }

  private String show(String what) {
    CommandRun run = expect(ExitCode.DONE, place.run("show " + what));
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines())
        .allMatch(line -> line.length() <= Phrases.WIDTH || line.contains("ipam-repair "))
        .noneMatch(line -> line.chars().anyMatch(c -> c < 0x20 || c == 0x7f));
    return run.out();
  }

  private JsonNode json(String what) throws Exception {
    return new ObjectMapper()
        .readTree(expect(ExitCode.DONE, place.run("show " + what + " -o json")).out());
  }

  private static List<String> texts(JsonNode list, String member) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(each -> each.get(member).asText())
        .toList();
  }

  private String value(String key) {
    return server.all().get(Bytes.utf8(key)).value().display();
  }

  /** The rows of a block's picture, without the addresses in front. */
  private static List<String> signs(String page) {
    return page.lines()
        .filter(line -> line.matches("  [0-9a-f.:]+ +[^ ]{1,8}( [^ ]{1,8})*"))
        .map(line -> line.replaceFirst("  [0-9a-f.:]+ +", ""))
        .toList();
  }

  @Test
  void aBlockThatLostItsOwnerSaysWhoUsesItAndWhatGivesItBack() throws Exception {
    load("incident-wrong-deletion");
    assertThat(show("block 10.64.64.0/26"))
        .startsWith("Block 10.64.64.0/26 belongs to nobody: 6 of 64 addresses held.\n")
        .contains("Affinities  none")
        .contains("eqiad-pods-second (10.64.64.1/24 = 10.64.64.0/24, blocks of /26)")
        .contains("Used on     kubernetes1002 6")
        .contains("INFO    B16 ")
        .contains("ipam-repair reassign-affinity --block 10.64.64.0/26 --to kubernetes1002");
    JsonNode block = json("block 10.64.64.0/26");
    assertThat(block.get("object").asText()).isEqualTo("block:10.64.64.0/26");
    assertThat(block.get("owner").isNull()).isTrue();
    assertThat(block.get("byNode").get("kubernetes1002").asInt()).isEqualTo(6);
    assertThat(block.get("ordinals")).hasSize(6);
    assertThat(texts(block.get("findings"), "rule")).containsExactly("B16");
    assertThat(show("node kubernetes1002"))
        .contains("Blocks      none")
        .contains("10.64.64.2 of nobody's block 10.64.64.0/26: pod mathoid/")
        .contains("INFO    B16 ");
  }

  @Test
  void anAddressThatTwoPodsUseNamesBothAndTheHolder() throws Exception {
    load("crash-S15");
    assertThat(show("address 10.192.72.17"))
        .startsWith(
            "Address 10.192.72.17 is in conflict: used twice; held for another than its user.\n")
        .contains("Block       10.192.72.16/29 of kubernetes2001, ordinal 1")
        .contains("Held for    pod default/echostore-6d8f6bb64d-vqn22 on kubernetes2001")
        .contains("Since       2026-11-23 20:23:17.783896762 +0000 UTC")
        .contains("Pool        codfw-pods (10.192.72.0/27)")
        .contains("Used by     pod default/blubberoid-7c5dd8fb5d-zlsjf on kubernetes2001")
        .contains("            pod default/echostore-6d8f6bb64d-vqn22 on kubernetes2001")
        .contains("ERROR   W4 ")
        .contains("Next: ipam-repair show block 10.192.72.16/29");
    String block = show("block 10.192.72.16/29");
    assertThat(signs(block)).containsExactly("tXpppppp");
    assertThat(block)
        .contains("X in conflict 1   t tunnel 1   p pod 6")
        .contains("In conflict 10.192.72.17")
        .contains("Next: ipam-repair show address 10.192.72.17");
    JsonNode address = json("address 10.192.72.17");
    assertThat(address.get("conflicts").toString())
        .isEqualTo("[\"used-twice\",\"held-for-another\"]");
    assertThat(address.get("users")).hasSize(2);
    assertThat(address.get("places").get(0).get("holder").get("kind").asText()).isEqualTo("pod");
  }

  @Test
  void borrowedAddressesAreToldOnBothSides() throws Exception {
    load("healthy-borrowed");
    assertThat(show("node kubernetes1015"))
        .startsWith(
            "Node kubernetes1015: 0 blocks, 0 affinities, 4 workloads, 4 addresses in blocks that"
                + " are not its own.\n")
        .contains("10.64.76.17 of kubernetes1012's block 10.64.76.16/29: pod default/")
        .contains("Pools       small-pool (10.64.76.0/27)")
        .contains("Findings    none touches it");
    assertThat(show("node kubernetes1012")).contains("Lent        10.64.76.17: pod default/");
    assertThat(show("address 10.64.76.17"))
        .contains("on kubernetes1015, borrowed from kubernetes1012, and")
        .contains("ordinal 1: borrowed by another node");
    assertThat(json("node kubernetes1015").get("borrowed")).hasSize(4);
    assertThat(json("address 10.64.76.17").get("places").get(0).get("borrowed").asBoolean())
        .isTrue();
    assertThat(show("pool small-pool"))
        .startsWith("Pool small-pool stands at 10.64.76.0/27: 4 blocks, 26 of 32 addresses held.\n")
        .contains("no room for another block of /29; 26 addresses held, 9 of them borrowed")
        .contains("No block    kubernetes1015 (4 addresses borrowed)")
        .contains("10.64.76.0/29 of kubernetes1011: 6 of 8 held");
  }

  @Test
  void poolsAndBlocksThatOverlapSayWhoWins() throws Exception {
    load("overlapping-pools");
    assertThat(show("pool pods-b"))
        .contains("Overlaps    pods-a (10.193.0.0/27), around this one; its settings hold where")
        .contains("ERROR   P2 ");
    assertThat(show("pool pods-a"))
        .contains(
            "Overlaps    pods-b (10.193.0.0/28), inside this one; the settings of this one hold");
    assertThat(show("block 10.193.0.0/29"))
        .contains("pods-b (10.193.0.0/28, blocks of /30, not this size)")
        .contains("Overlaps    block 10.193.0.0/30")
        .contains("In conflict 10.193.0.0, 10.193.0.1");
    assertThat(show("address 10.193.0.0"))
        .contains("Pool        pods-a (10.193.0.0/27), whose settings hold: the first by name")
        .contains("            pods-b (10.193.0.0/28), also over it");
    assertThat(json("pool pods-b").get("overlaps").get(0).get("relation").asText())
        .isEqualTo("around");
    load("incident-typo");
    assertThat(show("pool eqiad-pods-second"))
        .contains(
            "CIDR        10.64.64.1/24 has host bits: the network is 10.64.64.0/24, the single"
                + " address is 10.64.64.1/32")
        .contains("eqiad-pods (10.64.64.0/24), the same network; its settings hold");
  }

  @Test
  void aBlockIsAPictureThatNeedsNoColour() {
    load("healthy-windows");
    String page = show("block 10.64.83.64/26");
    assertThat(page)
        .contains(
            """
            Ordinals    . free 57   w reserved by Windows 4   p pod 3
                            +0       +8       +16      +24
              10.64.83.64   wwwppp.. ........ ........ ........
              10.64.83.96   ........ ........ ........ .......w
            """);
    load("HEAD", "cooldown");
    assertThat(signs(show("block 10.192.68.128/26")).get(0)).startsWith("tcpp....");
    assertThat(show("address 10.192.68.129")).contains("and is cooling down: it is not handed out");
    load("healthy-dual");
    assertThat(signs(show("block fd00:10:67::8e00/122")))
        .containsExactly(
            "ttpppppp ........ ........ ........", "........ ........ ........ ........");
    assertThat(signs(show("block 10.67.200.80/29"))).containsExactly("sss.....");
    assertThat(show("block 10.67.0.64/28")).contains("r free, but reserved 1");
  }

  @Test
  void everyUseHasASignOfItsOwn() {
    assertThat(
            Arrays.stream(OrdinalUse.values()).map(OrdinalGrid::sign).collect(Collectors.toSet()))
        .hasSize(OrdinalUse.values().length);
  }

  @Test
  void aBlockOf4096OrdinalsFitsOnAScreenUnlessAllIsAskedFor() throws Exception {
    load("big-block");
    String page = show("block 10.80.0.0/20");
    assertThat(page.lines()).hasSizeLessThan(40);
    assertThat(page)
        .contains("t tunnel 1   p pod 4095")
        .contains("… 126 more rows like this, to 10.80.15.255");
    List<String> rows = signs(show("block 10.80.0.0/20 --all"));
    assertThat(rows).hasSize(128);
    assertThat(String.join("", rows).replace(" ", "")).isEqualTo("t" + "p".repeat(4095));
    assertThat(json("block 10.80.0.0/20").get("ordinals")).hasSize(4096);
  }

  @Test
  void aMigrationIsToldAndIsNoConflict() throws Exception {
    load("kubevirt-migration");
    assertThat(show("address 10.192.68.131"))
        .contains("of virtual machine db-01 on kubernetes2001, moving to pod")
        .contains("Findings    none touches it");
    JsonNode holder = json("address 10.192.68.131").get("places").get(0).get("holder");
    assertThat(holder.get("virtualMachine").asText()).isEqualTo("db-01");
    assertThat(holder.get("movesToNode").asText()).isEqualTo("kubernetes2002");
  }

  @Test
  void aHandlesCountsStandBesideTheRealNumbers() throws Exception {
    load("crash-S12-count");
    String id = "k8s-pod-network.951c6f73dc66e262230d3fa5d0a3a704de7c25c944a99ea102b81c1c41c2c594";
    assertThat(show("handle " + id))
        .contains("has 3 addresses, and counts")
        .contains("Counts      10.192.68.128/26: counts 1, has 3")
        .contains("10.192.68.131 for pod default/citoid-84fb8c679f-x47mr on kubernetes2001: used")
        .contains("ERROR   H2 ");
    JsonNode handle = json("handle " + id);
    assertThat(handle.get("counts").get(0).get("counted").asInt()).isEqualTo(1);
    assertThat(handle.get("counts").get(0).get("real").asInt()).isEqualTo(3);
    assertThat(handle.get("addresses")).hasSize(3);
    CommandRun part =
        expect(ExitCode.USAGE, place.run("show handle k8s-pod-network.951c6f73dc66e262"));
    assertThat(part.err()).contains("Next: ipam-repair show handle " + id);
  }

  @Test
  void tunnelsThatNobodyHoldsAreTold() {
    load("crash-S14-tunnel");
    assertThat(show("node kubernetes2002"))
        .contains("Tunnels     ipipTunnelAddress 10.192.68.64: held by no block")
        .contains("ERROR   W5 ");
    assertThat(show("address 10.192.68.64"))
        .startsWith("Address 10.192.68.64 is in conflict: used, but no block holds it.\n");
  }

  @Test
  void whatIsLeftOfANodeThatDoesNotExistIsShown() {
    load("crash-S1-host-gone");
    assertThat(show("node kubernetes2004"))
        .startsWith("Node kubernetes2004 does not exist, but something of it is left: ")
        .contains("Affinities  10.192.68.0/26 pending: there is no block")
        .contains("ipam-repair release-orphan-blocks --block 10.192.68.0/26");
    assertThat(show("block 10.192.68.0/26"))
        .startsWith("Block 10.192.68.0/26 does not exist; there is 1 affinity for it.\n");
  }

  @Test
  void whatCannotBeReadSaysWhy() throws Exception {
    load("broken-values");
    assertThat(show("block 10.192.68.64/26"))
        .startsWith("Block 10.192.68.64/26 cannot be read: ")
        .contains("ERROR   K2 ");
    assertThat(json("block 10.192.68.64/26").get("unreadable").isTextual()).isTrue();
    assertThat(show("address 10.192.68.70")).contains("lies in a block that cannot be read");
  }

  @Test
  void anObjectThatIsNotThereIsWrongUsageAndWhatIsNearIsNamed() {
    load("incident-typo");
    Map<String, String> near =
        Map.of(
            "block 10.64.64.64/27", "Next: ipam-repair show block 10.64.64.64/26",
            "block 10.64.65.0/26", "Near: block 10.64.64.192/26",
            "node kubernetes10033", "Next: ipam-repair show node kubernetes1003",
            "pool 10.64.64.1/24", "Near: pool eqiad-pods, pool eqiad-pods-second",
            "pool eqiad-pod", "Near: pool eqiad-pods, pool eqiad-pods-second",
            "handle k8s-pod-network", "Near: handle k8s-pod-network.",
            "address 10.64.65.1", "No pool, block, endpoint or node knows address 10.64.65.1.");
    near.forEach(
        (what, said) -> {
          CommandRun run = expect(ExitCode.USAGE, place.run("show " + what));
          assertThat(run.err()).as(what).contains(said);
          assertThat(run.out()).as(what).isEmpty();
        });
    assertThat(expect(ExitCode.USAGE, place.run("show pool completely-different")).err())
        .isEqualTo("There is no pool completely-different.\n");
  }

  @Test
  void wrongArgumentsAreWrongUsage() {
    assertThat(expect(ExitCode.USAGE, place.run("show block 10.64.64.1/26")).err())
        .contains("10.64.64.0/26")
        .contains("10.64.64.1/32");
    assertThat(expect(ExitCode.USAGE, place.run("show address 10.64.64.0/26")).err())
        .contains("for a CIDR there is show block");
    assertThat(expect(ExitCode.USAGE, place.run("show address 10.64.64.256")).err())
        .contains("expected an address such as 10.64.64.5, found '10.64.64.256'");
    assertThat(expect(ExitCode.USAGE, place.run("show")).err()).contains("expected an object");
    expect(ExitCode.USAGE, place.run("show block"));
    expect(ExitCode.USAGE, place.run("show pods x"));
    expect(ExitCode.DONE, place.run("show node --help"));
  }

  @Test
  void everyChangeThatEtcdStillHasIsTold() throws Exception {
    load("healthy-v4");
    String cidr = new Golden("v3.32.1", "healthy-v4").state().blocks().firstKey().toString();
    String key = BLOCK_KEY + cidr.replace('/', '-');
    String before = value(key);
    String owner = before.replaceAll(".*\"affinity\":\"host:([^\"]*)\".*", "$1");
    server.put(key, before.replace("\"host:" + owner + "\"", "null"));
    server.delete("/calico/ipam/v2/host/" + owner + "/ipv4/block/" + cidr.replace('/', '-'));
    String page = show("block " + cidr);
    long last = server.all().values().stream().mapToLong(kv -> kv.modRevision()).max().orElse(0);
    assertThat(page)
        .contains(
            "History     unchanged since revision " + (last + 1) + ", as of revision " + (last + 1))
        .contains("revision " + last + "  owner " + owner + " → nobody")
        .contains(
            "revision "
                + (last + 1)
                + "  affinity host:"
                + owner
                + ":"
                + cidr
                + "  deleted: confirmed")
        .contains("compacted away in etcd: older values of block " + cidr);
    JsonNode history = json("block " + cidr).get("history");
    assertThat(history.get("unchangedSince").asLong()).isEqualTo(last + 1);
    assertThat(history.get("changes").get(1).get("revision").asLong()).isEqualTo(last);
    assertThat(history.get("changes").get(1).get("what").get(0).asText())
        .isEqualTo("owner " + owner + " → nobody");
    assertThat(texts(history.get("keys"), "before")).containsOnly("compacted");

    server.compact();
    assertThat(show("block " + cidr))
        .contains("unchanged since revision " + last)
        .doesNotContain("→")
        .contains("compacted away in etcd: older values of block " + cidr);
  }

  @Test
  void ofAnAddressOnlyItsOwnHistoryIsTold() {
    load("crash-S15");
    String key = BLOCK_KEY + "10.192.72.16-29";
    String before = value(key);
    server.put(key, before.replaceFirst("\\[0,7,1,", "[0,null,1,"));
    server.put(key, before.replaceFirst("\\[0,7,1,", "[0,7,null,"));
    assertThat(show("address 10.192.72.17"))
        .contains("ordinal 1 (10.192.72.17) free → pod default/echostore-6d8f6bb64d-vqn22")
        .contains("ordinal 1 (10.192.72.17) pod default/echostore-6d8f6bb64d-vqn22 on")
        .doesNotContain("ordinal 2");
  }

  @Test
  void whatWasDeletedIsFoundWithTheCommandThatReadsItsLastValue() throws Exception {
    load("incident-typo");
    server.delete("/calico/resources/v3/projectcalico.org/ippools/eqiad-pods");
    server.put("/calico/other", "1");
    CommandRun gone = expect(ExitCode.USAGE, place.run("show pool eqiad-pods"));
    assertThat(gone.err())
        .contains("There is no pool eqiad-pods.")
        .containsPattern("It was deleted at revision [0-9]+: 10\\.64\\.64\\.0/24\\.");
    Matcher command =
        Pattern.compile("etcdctl get --rev=([0-9]+) (/calico/\\S+/ippools/eqiad-pods)")
            .matcher(gone.err());
    assertThat(command.find()).as(gone.err()).isTrue();
    try (Etcd etcd = server.connect()) {
      assertThat(etcd.getAt(Bytes.utf8(command.group(2)), Long.parseLong(command.group(1))))
          .isInstanceOf(EarlierValue.Found.class);
    }
    server.compact();
    assertThat(expect(ExitCode.USAGE, place.run("show pool eqiad-pods")).err())
        .doesNotContain("deleted");
  }

  @Test
  void aStateThatIsNotFromALiveEtcdHasNoHistoryAndSaysSo() {
    Golden golden = new Golden("v3.32.1", "healthy-v4");
    Survey survey = Survey.of(golden.state());
    Page page = Page.of(survey.block(golden.state().blocks().firstKey()).orElseThrow());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(stream, stream, InputStream.nullInputStream(), false, false);
    new ShowText(terminal, false).print(page, List.of(), Optional.empty());
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("History     not known: the state was not read from a live etcd");
    assertThat(ShowJson.of(page, 1, List.of(), Optional.empty()).get("history"))
        .contains(Json.Null.NULL);
  }

  @Test
  void controlCharactersFromDataNeverReachTheTerminalRaw() throws Exception {
    load("crash-S15");
    String key = BLOCK_KEY + "10.192.72.16-29";
    server.put(key, value(key).replace("echostore", "\\u001b[2Jecho\\u0007\\u202estore"));
    for (String what :
        List.of("block 10.192.72.16/29", "address 10.192.72.17", "node kubernetes2001")) {
      assertThat(show(what)).doesNotContain("\u001b").doesNotContain("\u202e");
      assertThat(expect(ExitCode.DONE, place.run("show " + what + " -o json")).out())
          .doesNotContain("\u001b")
          .doesNotContain("\u0007");
    }
    assertThat(show("address 10.192.72.17")).contains("\\x1b[2Jecho\\x07\\u202estore");
    CommandRun none = expect(ExitCode.USAGE, place.run("show node", "x\u001b[2J"));
    assertThat(none.err()).contains("There is no node x\\x1b[2J.").doesNotContain("\u001b");
  }

  @Test
  void theReferenceNamesEveryMemberOfTheJson() throws Exception {
    String reference = Files.readString(Path.of("../docs/output.md"));
    load("kubevirt-migration");
    TreeSet<String> members = new TreeSet<>();
    String node = "kubernetes2001";
    for (String what :
        List.of(
            "address 10.192.68.131",
            "block 10.192.68.128/26",
            "node " + node,
            "pool codfw-pods",
            "handle k8s-pod-network.vms-db-01")) {
      names(json(what), members);
    }
    members.removeIf(name -> name.startsWith("kubernetes"));
    assertThat(members)
        .hasSizeGreaterThan(50)
        .allSatisfy(name -> assertThat(reference).containsPattern("[`.]" + name + "[`.\\[]"));
  }

  private static void names(JsonNode json, TreeSet<String> names) {
    json.fieldNames().forEachRemaining(names::add);
    json.forEach(child -> names(child, names));
  }
}

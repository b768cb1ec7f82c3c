package io.ipamrepair.check;

import static io.ipamrepair.check.Cluster.IPAM;
import static io.ipamrepair.check.Cluster.RESOURCES;
import static io.ipamrepair.check.Cluster.pod;
import static io.ipamrepair.check.Cluster.resource;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Pseudonyms;
import io.ipamrepair.calico.Redaction;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.testing.Golden;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Data without names break the same rules, and the names are gone. */
class RedactionTest {
  private static final KeyLayout LAYOUT = new KeyLayout();

  /** Words in names that are Calico's own. */
  private static final Set<String> CALICOS =
      Set.of(
          "default",
          "addr",
          "tunnel",
          "ipip",
          "vxlan",
          "wireguard",
          "eth0",
          "handle",
          "host",
          "windows",
          "load",
          "balancer");

  static List<Golden> cases() {
    return Golden.all();
  }

  /** Those of one release, but for the one that is large and names nothing that others do not. */
  static List<Golden> newest() {
    return cases().stream()
        .filter(golden -> golden.release().equals("v3.32.1") && !golden.name().equals("big-block"))
        .toList();
  }

  private static List<KeyValue> redacted(List<KeyValue> all, String salt) {
    Redaction redaction = new Redaction(new Pseudonyms(salt.getBytes(StandardCharsets.UTF_8)));
    return all.stream()
        .filter(each -> LAYOUT.ranges().stream().anyMatch(range -> range.contains(each.key())))
        .map(redaction::redacted)
        .toList();
  }

  private static IpamState state(List<KeyValue> all) {
    IpamState.Builder builder = new IpamState.Builder(LAYOUT);
    all.forEach(builder::add);
    return builder.build(all.stream().mapToLong(KeyValue::modRevision).max().orElse(1));
  }

  /** Rule, severity, kinds of objects and kind of remedy, sorted. */
  private static List<String> findings(IpamState state) {
    return Check.of(state).stream()
        .map(
            finding ->
                finding.rule()
                    + " "
                    + finding.severity()
                    + " "
                    + finding.objects().stream().map(object -> object.kind()).sorted().toList()
                    + " "
                    + (finding.remedy() instanceof Remedy.Command command
                        ? command.arguments().get(0)
                        : "none"))
        .sorted()
        .toList();
  }

  /** What is counted of pools, without names. */
  private static List<String> capacity(IpamState state) {
    return Capacity.of(state).byPool().stream()
        .map(
            pool ->
                pool.name()
                    + " "
                    + pool.addresses()
                    + " "
                    + pool.room()
                    + " "
                    + pool.nodesWithoutBlock().size())
        .toList();
  }

  private static String text(List<KeyValue> all) {
    StringBuilder text = new StringBuilder();
    all.forEach(
        each -> text.append(each.key().display()).append('\n').append(each.value().display()));
    return text.toString();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyGoldenCaseHasTheSameFindings(Golden golden) {
    List<KeyValue> hidden = redacted(golden.keyValues(), "salt");
    assertThat(findings(state(hidden))).isEqualTo(findings(golden.state()));
    assertThat(capacity(state(hidden))).isEqualTo(capacity(golden.state()));
  }

  @ParameterizedTest
  @MethodSource("newest")
  void noNameOfAGoldenCaseIsLeft(Golden golden) {
    Set<String> hidden = words(text(redacted(golden.keyValues(), "salt")));
    Set<String> names = words(String.join(" ", names(golden.state())));
    names.removeAll(CALICOS);
    names.removeAll(words(String.join(" ", golden.state().pools().keySet())));
    assertThat(names).isNotEmpty();
    names.retainAll(hidden);
    assertThat(names).as(golden.toString()).isEmpty();
  }

  /** Runs of four letters and digits or more, numbers aside: a name may be part of another's. */
  private static Set<String> words(String text) {
    Set<String> words = new HashSet<>(Arrays.asList(text.split("[^\\p{L}\\p{N}]+")));
    words.removeIf(word -> word.length() < 4 || word.matches("[0-9]+"));
    return words;
  }

  /** Every name that the objects of a state have or mention, but for Calico's own words. */
  private static Set<String> names(IpamState state) {
    Set<String> names = new TreeSet<>(state.nodes().keySet());
    state.guid().ifPresent(names::add);
    state.handles().keySet().forEach(handle -> names.add(handle.replaceFirst("^[^.]*[.]", "")));
    state
        .endpoints()
        .forEach(
            (id, stored) -> {
              names.addAll(List.of(id.namespace(), id.name()));
              stored
                  .value()
                  .ifPresent(
                      endpoint ->
                          names.addAll(
                              List.of(
                                  endpoint.node(),
                                  endpoint.pod(),
                                  endpoint.containerId(),
                                  endpoint.metadata().uid(),
                                  endpoint.metadata().generateName())));
            });
    state.blocks().values().stream()
        .flatMap(stored -> stored.value().stream())
        .forEach(
            block -> {
              block.owner().ifPresent(owner -> names.add(owner.name()));
              block.attributes().forEach(attribute -> names.addAll(holder(attribute)));
            });
    return names;
  }

  private static List<String> holder(Attribute attribute) {
    return Stream.of("pod", "namespace", "node", "service", "vmi-name", "vm-uid", "note")
        .flatMap(member -> attribute.secondary(member).stream())
        .toList();
  }

  @Test
  void theSameSaltGivesTheSameNamesAndAnotherSaltOthers() {
    List<KeyValue> all = new Golden("v3.32.1", "incident").keyValues();
    assertThat(redacted(all, "salt")).isEqualTo(redacted(all, "salt"));
    assertThat(redacted(all, "salt")).isNotEqualTo(redacted(all, "pepper"));
  }

  @Test
  void revisionsStayAndEveryKeyKeepsItsKind() {
    for (Golden golden : newest()) {
      List<KeyValue> all =
          golden.keyValues().stream()
              .filter(
                  each -> LAYOUT.ranges().stream().anyMatch(range -> range.contains(each.key())))
              .toList();
      List<KeyValue> hidden = redacted(all, "salt");
      assertThat(hidden.stream().map(RedactionTest::kindAndRevisions).toList())
          .isEqualTo(all.stream().map(RedactionTest::kindAndRevisions).toList());
      assertThat(new HashSet<>(hidden.stream().map(KeyValue::key).toList())).hasSameSizeAs(all);
    }
  }

  private static String kindAndRevisions(KeyValue read) {
    return LAYOUT.classify(read.key()).getClass().getSimpleName()
        + " "
        + List.of(read.createRevision(), read.modRevision(), read.version());
  }

  /**
   * The cluster with and without names: what rules and capacity say, and that no secret is left.
   */
  private static String hidden(Cluster cluster, String... secrets) {
    List<KeyValue> hidden = redacted(cluster.keyValues(), "salt");
    assertThat(findings(state(hidden))).isEqualTo(findings(cluster.state()));
    assertThat(capacity(state(hidden))).isEqualTo(capacity(cluster.state()));
    assertThat(secrets).noneMatch(secret -> text(hidden).contains(secret));
    return text(hidden);
  }

  @Test
  void namesThatLookLikeSomethingElseAreHiddenAlikeInKeysAndValues() {
    for (String node :
        List.of(
            "10.1.2.3", "block", "ipv4", "lb-1", "a.b.example.org", "n--1", "-n", "x:y", "n-")) {
      Cluster cluster =
          Cluster.with(node)
              .owned(
                  "10.0.0.0/30",
                  node,
                  pod("h." + "c1", node),
                  pod("ipip-tunnel-addr-" + node, node))
              .endpoint("h.c1", node, "10.0.0.0")
              .put(IPAM + "host/" + node, "{}")
              .put(RESOURCES + "bgpconfigurations/node." + node, "{}");
      hidden(cluster);
    }
  }

  @Test
  void aHandleOfNamespaceAndPodIsStillThatOfThePod() {
    for (String namespace : List.of("default", "team", "lb-team", "k8s-pod-network")) {
      String attribute =
          "{\"handle_id\":\"NS.web.1\\r\\neth0\",\"secondary\":{\"namespace\":\"default\",\"pod\":\"web.1\"}}"
              .replace("NS", namespace);
      Cluster cluster =
          Cluster.with("n1")
              .owned("10.0.0.0/30", "n1", attribute)
              .handle(namespace + ".web.1", "10.0.0.0/30", 1)
              .endpoint("web.1", "n1", "10.0.0.0", "container");
      hidden(cluster, "web");
    }
  }

  @Test
  void anEndpointThatCannotBeReadStillSparesItsAddress() {
    Cluster cluster =
        Cluster.with("node-1")
            .owned("10.0.0.0/30", "node-1", pod("secret-pod", "node-1"))
            .put(
                RESOURCES + "workloadendpoints/default/node--1-k8s-secret--pod-eth0",
                "{\"spec\":{\"node\":7,\"pod\":\"secret-pod\"}}")
            .put(RESOURCES + "workloadendpoints/default/node--1-k8s-secret--pod-a-b-c", "secret");
    assertThat(cluster.found("W3")).isEmpty();
    hidden(cluster, "secret", "node--1");
  }

  @Test
  void aWrongNameOfAnEndpointStaysWrongInItsWay() {
    for (String name :
        List.of(
            "secret",
            "a-b",
            "n1-k8s-secret",
            "n1-cni-secret-eth0",
            "n1-k8s-s--x-eth0",
            "n1-secret-s--x-eth0",
            "-a-b-c")) {
      Cluster cluster = Cluster.with("n1").endpoint("s-x", "n1", "10.0.0.1");
      String right = "n1-k8s-s--x-eth0";
      List<KeyValue> all = cluster.keyValues();
      String value = all.get(all.size() - 1).value().display();
      cluster.put(RESOURCES + "workloadendpoints/default/" + name, value.replace(right, name));
      hidden(cluster, "secret");
    }
  }

  @Test
  void selectorsSelectTheSameNodesWithoutTheLabelsThatTheyAskFor() {
    Cluster cluster = new Cluster().release("v3.32.1");
    cluster.pool("everything", "10.0.0.0/24", "");
    cluster.pool("by-name", "10.0.1.0/24", "\"nodeSelector\":\"rack starts with 'secret'\"");
    cluster.pool("without", "10.0.2.0/24", "\"nodeSelector\":\"!has(rack)\"");
    cluster.pool("broken", "10.0.3.0/24", "\"nodeSelector\":\"rack == secret'\"");
    cluster.pool("empty", "10.0.4.0/24", "\"nodeSelector\":\"\"");
    cluster.pool("namespaced", "10.0.5.0/24", "\"namespaceSelector\":\"team == 'secret'\"");
    cluster.node("n1").node("n2").node("n3");
    cluster.put(
        RESOURCES + "nodes/n1",
        resource("Node", "n1", "{}")
            .replace("\"uid\"", "\"labels\":{\"rack\":\"secret-7\"},\"uid\""));
    assertThat(capacity(cluster.state()))
        .anyMatch(line -> line.startsWith("by-name") && line.endsWith(" 1"))
        .anyMatch(line -> line.startsWith("without") && line.endsWith(" 2"))
        .anyMatch(line -> line.startsWith("broken") && line.endsWith(" 0"));
    hidden(cluster, "secret", "rack", "team");
  }

  @Test
  void keysOfNoKnownFormStayUnknownWithoutWhatTheySay() {
    Cluster cluster = Cluster.with("n1");
    for (String rest :
        List.of(
            "secret",
            "leases/secret",
            "handle/",
            "handle/secret/more",
            "host/secret/ipv4/block/10.0.0.0-99",
            "assignment/ipv4/block/secret",
            "config/secret")) {
      cluster.put(IPAM + rest, "secret");
    }
    cluster.put(RESOURCES + "nodes/secret/more", "secret");
    cluster.put(RESOURCES + "ippools/", "secret");
    cluster.put(IPAM + "host/10.0.0.1-30/ipv4/block/10.0.0.1-30", "{}");
    cluster.put(IPAM + "assignment/ipv6/block/10.0.0.1-30", "{}");
    hidden(cluster, "secret");
    KeyValue noText =
        new KeyValue(
            Bytes.utf8(IPAM + "handle/secret").plus(Bytes.of(new byte[] {-1})),
            Bytes.EMPTY,
            1,
            1,
            1);
    List<KeyValue> redacted = redacted(List.of(noText), "salt");
    assertThat(findings(state(redacted))).isEqualTo(findings(state(List.of(noText))));
    assertThat(text(redacted)).doesNotContain("secret");
  }

  @Test
  void whatNoRuleReadsIsLeftOut() {
    String hidden =
        hidden(
            Cluster.with("n1")
                .put(
                    RESOURCES + "nodes/n1",
                    resource(
                            "Node",
                            "n1",
                            "{\"future\":{\"secret\":\"secret\"},\"bgp\":{\"ipv4Address\":\"10.9.9.9/24\"}}")
                        .replace("\"uid\"", "\"annotations\":{\"secret\":\"secret\"},\"uid\""))
                .block(
                    "10.0.0.0/30",
                    "\"host:n1\"",
                    "{\"handle_id\":\"h\",\"secondary\":{\"secret\":\"secret\"},\"more\":\"secret\"}"),
            "secret",
            "future");
    assertThat(hidden).contains("10.9.9.9/24");
  }
}

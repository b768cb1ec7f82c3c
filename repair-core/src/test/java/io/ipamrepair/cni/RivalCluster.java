package io.ipamrepair.cni;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cni.KeyStore.Stored;
import io.ipamrepair.testing.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A small cluster with more nodes than it likes, and the hands that damage it while it works: nodes
 * go and come, a pool is entered twice, affinities appear and vanish.
 */
public final class RivalCluster {
  /** The pool that is removed and entered again; the first by name, so blocks are taken there. */
  public static final String EARLY = "early";

  /** The pool that is there to stay. */
  private static final String PODS = "pods";

  /** The one that lies over it by mistake. */
  public static final String TWIN = "pods-typo";

  private static final int NODES = 10;
  private static final int GHOSTS = 2;
  private static final Cidr NETWORK = Cidr.of("10.80.0.0/24");
  private static final int BLOCK_SIZE = 28;
  private static final String CONFIRMED = "{\"state\":\"confirmed\",\"deleted\":false}";

  private final KeyStore store;
  private final TreeMap<String, String> golden = new TreeMap<>();

  /** In an empty etcd. */
  public RivalCluster(KeyStore store) {
    this.store = store;
    new Golden("v3.32.1", "healthy-v4")
        .keyValues()
        .forEach(each -> golden.put(each.key().display(), each.value().display()));
  }

  /** Writes its nodes and pools. */
  public void build() {
    golden.forEach(
        (key, value) -> {
          if (key.contains("/clusterinformations/") || key.equals(Keys.CONFIG)) {
            store.put(key, value);
          }
        });
    nodes().forEach(this::enter);
    putPool(PODS, NETWORK.toString());
    putPool(EARLY, "10.80.1.0/26");
  }

  /** The names of its nodes, those that go and come last. */
  public List<String> nodes() {
    List<String> nodes = new ArrayList<>();
    for (int number = 1; number <= NODES; number++) {
      nodes.add((isGhost(number) ? "ghost" : "node") + number);
    }
    return nodes;
  }

  private static boolean isGhost(int number) {
    return number > NODES - GHOSTS;
  }

  private void enter(String node) {
    String key =
        golden.keySet().stream()
            .filter(each -> each.startsWith(Keys.NODES))
            .findFirst()
            .orElseThrow();
    String value =
        golden
            .get(key)
            .replace(key.substring(Keys.NODES.length()), node)
            .replaceAll(",?\"ipv4(IPIP|VXLAN)TunnelAddr\":\"[^\"]*\"", "");
    store.put(Keys.NODES + node, value);
  }

  private void putPool(String name, String cidr) {
    store.put(
        Keys.POOLS + name,
        "{\"kind\":\"IPPool\",\"apiVersion\":\"projectcalico.org/v3\",\"metadata\":{\"name\":\""
            + name
            + "\",\"uid\":\"6dbbf0cd-a344-4ab2-aebb-b9202bf2a564\",\"creationTimestamp\":\"2026-11-23T20:15:02Z\"},"
            + "\"spec\":{\"cidr\":\""
            + cidr
            + "\",\"vxlanMode\":\"Never\",\"ipipMode\":\"Never\",\"blockSize\":"
            + BLOCK_SIZE
            + ",\"nodeSelector\":\"all()\",\"allowedUses\":[\"Workload\",\"Tunnel\"],\"assignmentMode\":\"Automatic\"}}");
  }

  /** The blocks that there are now. */
  public List<Cidr> blocks() {
    return store.list(Keys.BLOCKS).stream().map(each -> Keys.cidr(each.key())).toList();
  }

  /** Whether the pool is there now. */
  public boolean hasPool(String name) {
    return store.get(Keys.POOLS + name).isPresent();
  }

  /** One careless act. */
  public void damage(Random random) {
    switch (random.nextInt(6)) {
      case 0 -> putPool(TWIN, NETWORK.toString());
      case 1 -> putPool(EARLY, "10.80.1.0/26");
      case 2, 3 -> toggleGhost(random);
      case 4 -> affinityWithoutBlock(random);
      default -> blockWithoutAffinity(random);
    }
  }

  private void toggleGhost(Random random) {
    String ghost = "ghost" + (NODES - random.nextInt(GHOSTS));
    if (store.get(Keys.NODES + ghost).isPresent()) {
      store.remove(Keys.NODES + ghost);
    } else {
      enter(ghost);
    }
  }

  private void affinityWithoutBlock(Random random) {
    Cidr cidr = new Cidr(NETWORK.base().plus(16L * random.nextInt(16)), BLOCK_SIZE);
    if (store.get(Keys.block(cidr)).isEmpty()) {
      store.create(Keys.affinity("node" + (1 + random.nextInt(NODES - GHOSTS)), cidr), CONFIRMED);
    }
  }

  private void blockWithoutAffinity(Random random) {
    List<Stored> affinities = store.list(Keys.HOSTS);
    Optional.of(affinities)
        .filter(all -> !all.isEmpty())
        .ifPresent(all -> store.delete(all.get(random.nextInt(all.size()))));
  }
}

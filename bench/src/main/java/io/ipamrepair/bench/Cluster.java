package io.ipamrepair.bench;

import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.EndpointId;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A healthy cluster, as release 3.32 of Calico keeps it in etcd. Only its outline is in memory: a
 * key and its value are made when they are asked for, and the same each time.
 *
 * <p>One pool, blocks at random places in it, each node's IPIP tunnel address in its first block,
 * and pods of deployments that are spread over all nodes. Safe for several threads.
 */
final class Cluster {
  private static final String POOL = "default-ipv4-ippool";
  private static final IpAddress FIRST_OF_POOL = IpAddress.read("10.0.0.0").orElseThrow();
  private static final IpAddress FIRST_NODE = IpAddress.read("172.16.0.10").orElseThrow();
  private static final int FIRST_NODE_NUMBER = 10_001;

  /** How much larger the pool is than its blocks, at the least. */
  private static final int SPARE = 2;

  private static final Instant BUILT = Instant.parse("2026-01-13T19:24:40Z");

  /** Nodes joined one by one within this time. */
  private static final Duration JOINING = Duration.ofDays(30);

  /** The time between two writes of a block. */
  private static final Duration BETWEEN_WRITES = Duration.ofMinutes(17);

  private final ClusterSize size;
  private final KeyLayout layout = new KeyLayout();
  private final Spread spread;
  private final Cidr pool;

  /** Where in the pool each block is, counted in blocks. */
  private final int[] place;

  /** The first block of each node, and behind the last node the number of blocks. */
  private final int[] firstBlockOfNode;

  private final int[] nodeOfBlock;

  /** The first workload of each block, and behind the last block the number of workloads. */
  private final int[] firstWorkloadOfBlock;

  /** The ordinal of each workload in its block, and which write of the block assigned it. */
  private final byte[] ordinal;

  private final short[] assignedAt;

  /** Which replica of which deployment each workload is. */
  private final int[] replica;

  private final int[] writeOrder;

  Cluster(ClusterSize size) {
    this.size = size;
    SplittableRandom random = new SplittableRandom(size.seed());
    this.spread = Spread.of(size, random);
    int blockBits = 32 - Integer.numberOfLeadingZeros(spread.blocks() * SPARE - 1);
    this.pool = new Cidr(FIRST_OF_POOL, spread.prefixLength() - blockBits);
    this.place = Arrays.copyOf(Shuffle.of(1 << blockBits, random), spread.blocks());
    this.firstBlockOfNode = sums(spread.blocksOfNode());
    this.nodeOfBlock = new int[spread.blocks()];
    int[] workloads = spread.held().clone();
    for (int node = 0; node < size.nodes(); node++) {
      Arrays.fill(nodeOfBlock, firstBlockOfNode[node], firstBlockOfNode[node + 1], node);
      workloads[firstBlockOfNode[node]]--; // the tunnel address
    }
    this.firstWorkloadOfBlock = sums(workloads);
    this.ordinal = new byte[size.workloads()];
    this.assignedAt = new short[size.workloads()];
    for (int block = 0; block < spread.blocks(); block++) {
      assign(block);
    }
    this.replica = Shuffle.of(size.workloads(), random);
    this.writeOrder = Shuffle.of(Kind.total(this), random);
  }

  private static int[] sums(int[] numbers) {
    int[] sums = new int[numbers.length + 1];
    for (int i = 0; i < numbers.length; i++) {
      sums[i + 1] = sums[i] + numbers[i];
    }
    return sums;
  }

  private void assign(int block) {
    BlockHistory history = history(block);
    int next = pinned(block);
    for (int workload = firstWorkloadOfBlock[block];
        workload < firstWorkloadOfBlock[block + 1];
        workload++) {
      int held = history.held().get(next++);
      ordinal[workload] = (byte) held;
      assignedAt[workload] = (short) history.assignedAt()[held];
    }
  }

  /** The kinds of keys, and how many keys of each there are. */
  enum Kind {
    CONFIG,
    CLUSTER_INFORMATION,
    POOL,
    NODE,
    BLOCK,
    AFFINITY,
    TUNNEL_HANDLE,
    HANDLE,
    ENDPOINT;

    int count(Cluster cluster) {
      return switch (this) {
        case CONFIG, CLUSTER_INFORMATION, POOL -> 1;
        case NODE, TUNNEL_HANDLE -> cluster.size.nodes();
        case BLOCK, AFFINITY -> cluster.spread.blocks();
        case HANDLE, ENDPOINT -> cluster.size.workloads();
      };
    }

    static int total(Cluster cluster) {
      return Arrays.stream(values()).mapToInt(kind -> kind.count(cluster)).sum();
    }
  }

  /** How many keys it has. */
  int keys() {
    return writeOrder.length;
  }

  /** The pool's network. */
  Cidr pool() {
    return pool;
  }

  /** How its addresses are spread. */
  Spread spread() {
    return spread;
  }

  /**
   * The write of one key.
   *
   * @param turn from 0 below {@link #keys()}: keys are written in random order
   */
  Operation.Put write(int turn) {
    int number = writeOrder[turn];
    for (Kind kind : Kind.values()) {
      int count = kind.count(this);
      if (number < count) {
        return write(kind, number);
      }
      number -= count;
    }
    throw new IndexOutOfBoundsException(turn);
  }

  /** The write of the key of one kind with this number. */
  Operation.Put write(Kind kind, int number) {
    return switch (kind) {
      case CONFIG -> put(layout.configKey(), Values.config());
      case CLUSTER_INFORMATION ->
          put(
              layout.clusterInformationKey(),
              Values.clusterInformation(chance(kind, number), BUILT));
      case POOL ->
          put(
              layout.poolKey(POOL),
              Values.pool(POOL, pool, spread.prefixLength(), chance(kind, number), BUILT));
      case NODE -> node(number);
      case BLOCK -> block(number);
      case AFFINITY ->
          put(
              layout.key(new AffinityId(Owner.node(nodeName(nodeOfBlock[number])), cidr(number))),
              Values.affinity());
      case TUNNEL_HANDLE ->
          put(
              layout.handleKey(tunnelHandle(number)),
              Values.handle(cidr(firstBlockOfNode[number])));
      case HANDLE -> {
        Pod pod = pod(number);
        yield put(layout.handleKey(pod.handle()), Values.handle(pod.block()));
      }
      case ENDPOINT -> endpoint(number);
    };
  }

  private static Operation.Put put(Bytes key, Json value) {
    return new Operation.Put(key, value.encode());
  }

  private Chance chance(Kind kind, int number) {
    return new Chance(size.seed(), kind.name(), number);
  }

  private Operation.Put node(int node) {
    String name = nodeName(node);
    IpAddress tunnel = cidr(firstBlockOfNode[node]).base();
    return put(
        layout.nodeKey(name),
        Values.node(name, FIRST_NODE.plus(node), tunnel, chance(Kind.NODE, node), joined(node)));
  }

  private Operation.Put block(int block) {
    int node = nodeOfBlock[block];
    String name = nodeName(node);
    BlockHistory history = history(block);
    List<Json> attributes = new ArrayList<>();
    if (pinned(block) > 0) {
      attributes.add(Values.tunnelAttribute(tunnelHandle(node), name));
    }
    for (int workload = firstWorkloadOfBlock[block];
        workload < firstWorkloadOfBlock[block + 1];
        workload++) {
      attributes.add(Values.attribute(pod(workload, block)));
    }
    return put(
        layout.key(cidr(block)),
        Values.block(cidr(block), name, claimed(block), history, attributes));
  }

  private Operation.Put endpoint(int workload) {
    Pod pod = pod(workload);
    String name = segment(pod.node()) + "-k8s-" + segment(pod.name()) + "-eth0";
    return put(
        layout.key(new EndpointId(pod.deployment().namespace(), name)),
        Values.endpoint(name, pod, chance(Kind.ENDPOINT, workload)));
  }

  /** A dash inside a part of an endpoint's name is doubled. */
  private static String segment(String part) {
    return part.replace("-", "--");
  }

  private static String nodeName(int node) {
    return "kubernetes" + (FIRST_NODE_NUMBER + node);
  }

  private static String tunnelHandle(int node) {
    return "ipip-tunnel-addr-" + nodeName(node);
  }

  private Cidr cidr(int block) {
    return new Cidr(
        pool.base().plus((long) place[block] * spread.ordinals()), spread.prefixLength());
  }

  private Instant joined(int node) {
    return BUILT.plus(JOINING.dividedBy(size.nodes()).multipliedBy(node));
  }

  /** When a block was created: with its node, a later one a day after the one before. */
  private Instant claimed(int block) {
    int node = nodeOfBlock[block];
    long nanos = chance(Kind.BLOCK, block).random().nextLong(1_000_000_000L);
    return joined(node).plus(Duration.ofDays(block - firstBlockOfNode[node])).plusNanos(nanos);
  }

  /** How many of a block's first addresses are its node's tunnel addresses. */
  private int pinned(int block) {
    return firstBlockOfNode[nodeOfBlock[block]] == block ? 1 : 0;
  }

  private BlockHistory history(int block) {
    return BlockHistory.of(
        spread.ordinals(),
        spread.held()[block],
        pinned(block),
        new Chance(size.seed(), "history", block).random());
  }

  private Pod pod(int workload) {
    int found = Arrays.binarySearch(firstWorkloadOfBlock, workload);
    int block = found >= 0 ? found : -found - 2;
    // Several blocks begin there when all but the last have no workload.
    while (firstWorkloadOfBlock[block + 1] <= workload) {
      block++;
    }
    return pod(workload, block);
  }

  private Pod pod(int workload, int block) {
    Deployment deployment = Deployment.of(replica[workload] / Deployment.REPLICAS, size.seed());
    Chance chance = chance(Kind.HANDLE, workload);
    Instant assigned =
        claimed(block)
            .plus(BETWEEN_WRITES.multipliedBy(assignedAt[workload]))
            .plusNanos(chance.random().nextLong(1_000_000_000L));
    return new Pod(
        deployment,
        deployment.pod(replica[workload] % Deployment.REPLICAS),
        nodeName(nodeOfBlock[block]),
        chance.hex(64),
        cidr(block),
        cidr(block).address(ordinal[workload]),
        assigned);
  }
}

package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.KeyValueView;
import io.ipamrepair.kv.RangeSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads a state of any size into a state of what matters. Nearly all of a large cluster is healthy
 * workloads: an endpoint, the ordinal that holds its address, and the handle that counts it, which
 * agree in everything that any rule asks. Such a workload is <em>settled</em>: of its attribute the
 * node is kept, and endpoint and handle are let go as they arrive. All that is not settled, and all
 * that it touches, is in the state as {@link IpamState.Builder} would have it, so that the rules
 * find the same in both.
 *
 * <p>What is settled is decided strictly: only what is written as Calico writes it, only what
 * agrees, only what nothing else touches. A doubt costs time, never a finding.
 *
 * <p>The order: everything but nodes, blocks, handles and endpoints goes to the builder; then nodes
 * and blocks; {@link #blocksAreRead}; then handles and endpoints; then {@link #state}, for which
 * what was let go and is in doubt or wanted after all is read again. Nodes and blocks, and then
 * handles and endpoints, may come in any order, over several threads, each with a {@link Worker} of
 * its own.
 */
public final class Screening {
  private static final int NONE = -1;

  private static final byte[] KUBERNETES = "k8s".getBytes(StandardCharsets.US_ASCII);

  private final KeyLayout layout;
  private final IpamState.Builder rest;
  private final WorkloadTable workloads = new WorkloadTable();
  private final List<Light> blocks = new ArrayList<>();
  private final List<ScreenedBlock> blockReaders = new ArrayList<>();
  private final List<String> sampledPods = new ArrayList<>();
  private final List<String> sampledHandles = new ArrayList<>();
  private final SortedSet<Bytes> missingHandles = new TreeSet<>();
  private final SortedMap<Bytes, KeyRange> missingEndpoints = new TreeMap<>();
  private final Set<Bytes> askedFor = new HashSet<>();
  private final Map<Cidr, Light> byCidr = new HashMap<>();
  private final Optional<Replicas> replicas;
  private Focus asked = Focus.NOTHING;
  private Optional<BlockIndex> index = Optional.empty();
  private long letGo;

  /** A block, and what became of it. */
  private final class Light {
    private final Stored<Block> stored;

    /** By ordinal; -1 where an ordinal is no workload's. */
    private final int[] workloads;

    /** Whether all of it is wanted, its bytes too. */
    private boolean wanted;

    /** Whether it is in the state with its bytes. */
    private boolean whole;

    /** How many workloads of it the state has with all that the block says of them. */
    private int told;

    Light(Stored<Block> stored, int[] workloads) {
      this.stored = stored;
      this.workloads = workloads;
    }

    private int unsettled() {
      int unsettled = 0;
      for (int workload : workloads) {
        unsettled += workload != NONE && !Screening.this.workloads.isSettled(workload) ? 1 : 0;
      }
      return unsettled;
    }

    private boolean isToBeRead() {
      return wanted && !whole || unsettled() > told;
    }

    private Cidr cidr() {
      return stored.value().orElseThrow().cidr();
    }

    private void want() {
      if (!wanted) {
        wanted = true;
        spoil();
      }
    }

    private void spoil() {
      for (int workload : workloads) {
        if (workload != NONE) {
          Screening.this.workloads.mark(workload, WorkloadTable.SPOILED);
        }
      }
    }
  }

  private Screening(KeyLayout layout, IpamState.Builder rest, Optional<Replicas> replicas) {
    this.layout = layout;
    this.rest = rest;
    this.replicas = replicas;
  }

  /**
   * A screening for a state that rules are asked about.
   *
   * @param rest holds everything already but nodes, blocks, handles and endpoints
   */
  public static Screening forRules(KeyLayout layout, IpamState.Builder rest) {
    return new Screening(layout, rest.withoutEndpointBytes(), Optional.empty());
  }

  /** A screening for a state that is changed too: who is hit may be the last of its kind. */
  public static Screening forChanges(KeyLayout layout, IpamState.Builder rest) {
    return new Screening(layout, rest, Optional.of(new Replicas()));
  }

  /** Somebody who reads keys, on one thread. */
  public synchronized Worker worker() {
    Worker worker = new Worker();
    blockReaders.add(worker.blockReader);
    return worker;
  }

  /** Screens keys, one after the other; not for several threads. */
  public final class Worker {
    private final ScreenedBlock blockReader = new ScreenedBlock();
    private final PlainEndpoint endpointReader = new PlainEndpoint();
    private final PlainJson json = new PlainJson();
    private final Fingerprint fingerprint = new Fingerprint();
    private final byte[] nodePrefix = layout.nodePrefix();
    private final byte[] handlePrefix = layout.handlePrefix();
    private final int endpointPrefix = layout.endpointPrefix().length;
    private final Optional<BlockIndex> mine = index.map(BlockIndex::forAnotherThread);
    private int[] met = new int[1024];
    private int metCount;
    private int[] touched = new int[64];
    private int touchedCount;
    private long[] templates = new long[64];
    private int templateCount;
    private long mineLetGo;

    private Worker() {}

    /** A key among nodes and blocks. */
    public void nodeOrBlock(KeyValueView read) {
      if (startsWith(read, nodePrefix)) {
        keep(read);
      } else {
        block(read);
      }
    }

    /** A key among handles and endpoints. */
    public void handleOrEndpoint(KeyValueView read) {
      if (startsWith(read, handlePrefix)) {
        handle(read);
      } else {
        endpoint(read);
      }
    }

    private static boolean startsWith(KeyValueView read, byte[] prefix) {
      int end = Math.min(read.keyTo(), read.keyFrom() + prefix.length);
      return Arrays.equals(read.buffer(), read.keyFrom(), end, prefix, 0, prefix.length);
    }

    private void block(KeyValueView read) {
      CalicoKey at = layout.classify(key(read));
      Block block = null;
      if (at instanceof CalicoKey.BlockKey key && key.canonical()) {
        try {
          block = blockReader.read(key.cidr(), read.buffer(), read.valueFrom(), read.valueTo());
        } catch (PlainJson.NotPlain other) {
          block = null;
        }
      }
      if (block == null) {
        keep(read);
        return;
      }
      Stored<Block> stored =
          new Stored<>(
              at,
              key(read),
              Optional.empty(),
              read.createRevision(),
              read.modRevision(),
              new Reading.Readable<>(block));
      synchronized (Screening.this) {
        accept(stored, block);
      }
    }

    private void accept(Stored<Block> stored, Block block) {
      int[] ofOrdinal = new int[blockReader.slots()];
      Arrays.fill(ofOrdinal, NONE);
      int attributes = block.attributes().size();
      for (int ordinal = 0; ordinal < ofOrdinal.length; ordinal++) {
        if (blockReader.isHeldByPod(ordinal, attributes)) {
          ofOrdinal[ordinal] =
              workloads.add(
                  blocks.size(),
                  ordinal,
                  blockReader.podHigh(ordinal),
                  blockReader.podLow(ordinal),
                  blockReader.handleHigh(ordinal),
                  blockReader.handleLow(ordinal));
        }
      }
      blocks.add(new Light(stored, ofOrdinal));
      addIfAny(sampledPods, blockReader.takeSampledPod());
      addIfAny(sampledHandles, blockReader.takeSampledHandle());
    }

    private void handle(KeyValueView read) {
      if (handleIsSettled(read)) {
        mineLetGo++;
      } else {
        keep(read);
      }
    }

    private boolean handleIsSettled(KeyValueView read) {
      int from = read.keyFrom() + handlePrefix.length;
      fingerprint.start().add(read.buffer(), from, read.keyTo());
      int first = workloads.firstOf(fingerprint.high(), fingerprint.low());
      if (first == NONE || workloads.isMarked(first, WorkloadTable.SPOILED)) {
        return false;
      }
      try {
        if (!countsExactly(first, read)) {
          return false;
        }
      } catch (PlainJson.NotPlain other) {
        return false;
      }
      for (int each = first; each != NONE; each = workloads.next(each)) {
        workloads.meetHandle(each);
      }
      return true;
    }

    /** Whether a handle's value counts the workloads that name it, block by block, and no more. */
    private boolean countsExactly(int first, KeyValueView read) throws PlainJson.NotPlain {
      json.read(read.buffer(), read.valueFrom(), read.valueTo());
      json.expect('{');
      if (json.member(OF_HANDLE, 0) != 0) {
        return false;
      }
      json.expect('{');
      long counted = 0;
      boolean firstName = true;
      do {
        json.ascendingName(firstName);
        firstName = false;
        int block = mine.orElseThrow().findBlock(json.bytes(), json.textFrom(), json.textTo());
        json.expect(':');
        long count = json.integer();
        int real = 0;
        for (int each = first; each != NONE; each = workloads.next(each)) {
          real += workloads.block(each) == block ? 1 : 0;
        }
        if (block == NONE || count == 0 || count != real) {
          return false;
        }
        counted += count;
      } while (json.take(','));
      json.expect('}');
      json.expect(',');
      boolean deleted = json.member(OF_HANDLE, 1) != 1 || json.bool();
      json.expect('}');
      json.expectEnd();
      long all = 0;
      for (int each = first; each != NONE; each = workloads.next(each)) {
        all++;
      }
      return !deleted && counted == all;
    }

    private void endpoint(KeyValueView read) {
      if (endpointIsSettled(read)) {
        mineLetGo++;
        if (replicas.isPresent()) {
          if (templateCount == templates.length) {
            templates = Arrays.copyOf(templates, templateCount * 2);
          }
          templates[templateCount++] = endpointReader.template(fingerprint);
        }
      } else {
        keep(read).flatMap(Stored::value).ifPresent(this::touch);
      }
    }

    /** An endpoint that stays in the state uses these addresses: nobody else's use is settled. */
    private void touch(Object value) {
      if (value instanceof Endpoint endpoint) {
        endpoint.addresses().forEach(address -> touch(mine.orElseThrow().find(address)));
      }
    }

    private void touch(int block) {
      if (block == NONE) {
        return;
      }
      int ordinal = mine.orElseThrow().ordinal();
      int[] ofOrdinal = blocks.get(block).workloads;
      if (ordinal < ofOrdinal.length && ofOrdinal[ordinal] != NONE) {
        touched = with(touched, touchedCount, ofOrdinal[ordinal]);
        touchedCount++;
      }
    }

    private boolean endpointIsSettled(KeyValueView read) {
      byte[] bytes = read.buffer();
      int from = read.keyFrom() + endpointPrefix;
      int slash = from;
      while (slash < read.keyTo() && bytes[slash] != '/') {
        slash++;
      }
      try {
        endpointReader.read(bytes, read.valueFrom(), read.valueTo());
        if (slash >= read.keyTo()
            || contains(bytes, slash + 1, read.keyTo(), '/')
            || !endpointReader.isNamed(bytes, from, slash, slash + 1, read.keyTo())
            || !endpointReader.isOrchestratedBy(KUBERNETES)) {
          return false;
        }
      } catch (PlainJson.NotPlain other) {
        return false;
      }
      endpointReader.identify(fingerprint);
      int before = metCount;
      int firstMet = NONE;
      for (int i = 0; i < endpointReader.addresses(); i++) {
        int workload =
            workloadAt(bytes, endpointReader.addressFrom(i), endpointReader.addressTo(i));
        boolean settled =
            workload != NONE
                // What is in doubt already need not be read a second time for it.
                && !workloads.isMarked(workload, WorkloadTable.SPOILED)
                && workloads.isPod(workload, fingerprint.high(), fingerprint.low())
                && (firstMet == NONE || workloads.sameHandle(workload, firstMet));
        if (!settled) {
          metCount = before;
          return false;
        }
        firstMet = workload;
        met = with(met, metCount, workload);
        metCount++;
      }
      return firstMet != NONE;
    }

    private int workloadAt(byte[] bytes, int from, int to) {
      BlockIndex blocksByAddress = mine.orElseThrow();
      int block = blocksByAddress.findAddress(bytes, from, to);
      if (block == NONE) {
        return NONE;
      }
      int[] ofOrdinal = blocks.get(block).workloads;
      int ordinal = blocksByAddress.ordinal();
      return ordinal < ofOrdinal.length ? ofOrdinal[ordinal] : NONE;
    }

    private Optional<Stored<?>> keep(KeyValueView read) {
      Optional<Stored<?>> stored = rest.decode(read.copy());
      synchronized (Screening.this) {
        stored.ifPresent(rest::add);
      }
      return stored;
    }

    /** Makes known to the others what was met; now and then, and at the end. */
    public void flush() {
      synchronized (Screening.this) {
        for (int i = 0; i < metCount; i++) {
          // Two endpoints of one pod with one address: neither is settled.
          boolean twice = workloads.isMarked(met[i], WorkloadTable.ENDPOINT);
          workloads.mark(met[i], twice ? WorkloadTable.SPOILED : WorkloadTable.ENDPOINT);
        }
        for (int i = 0; i < touchedCount; i++) {
          workloads.mark(touched[i], WorkloadTable.SPOILED);
        }
        for (int i = 0; i < templateCount; i++) {
          replicas.orElseThrow().add(templates[i]);
        }
        letGo += mineLetGo;
      }
      metCount = 0;
      touchedCount = 0;
      templateCount = 0;
      mineLetGo = 0;
    }

    private static boolean contains(byte[] bytes, int from, int to, char c) {
      for (int i = from; i < to; i++) {
        if (bytes[i] == c) {
          return true;
        }
      }
      return false;
    }

    private static int[] with(int[] list, int count, int added) {
      int[] longer = count == list.length ? Arrays.copyOf(list, count * 2) : list;
      longer[count] = added;
      return longer;
    }
  }

  private static final byte[][] OF_HANDLE = ScreenedBlock.names("block", "deleted");

  private static void addIfAny(List<String> samples, String sample) {
    if (!sample.isEmpty()) {
      samples.add(sample);
    }
  }

  private static Bytes key(KeyValueView read) {
    return Bytes.of(Arrays.copyOfRange(read.buffer(), read.keyFrom(), read.keyTo()));
  }

  /** All nodes and blocks are read; handles and endpoints may come. */
  public void blocksAreRead() {
    workloads.index();
    NavigableMap<Cidr, Integer> all = new TreeMap<>();
    Set<Cidr> overlapping = new HashSet<>();
    SortedSet<Cidr> everyBlock = new TreeSet<>(rest.blockCidrs());
    for (int i = 0; i < blocks.size(); i++) {
      Cidr cidr = blocks.get(i).cidr();
      all.put(cidr, i);
      everyBlock.add(cidr);
    }
    // Sorted from the larger network to the smaller: whoever overlaps does so with the last outer.
    Optional<Cidr> outer = Optional.empty();
    for (Cidr cidr : everyBlock) {
      if (outer.filter(each -> each.contains(cidr)).isPresent()) {
        overlapping.add(cidr);
        overlapping.add(outer.get());
      } else {
        outer = Optional.of(cidr);
      }
    }
    // An address that two blocks hold has two holders: nothing about it is settled.
    overlapping.forEach(
        cidr -> {
          Integer block = all.remove(cidr);
          if (block != null) {
            blocks.get(block).spoil();
          }
        });
    index = Optional.of(new BlockIndex(all));
    spoilLostNodes();
    spoilTunnels();
    spoilHandlesNamedElsewhere();
  }

  /** A workload on a node that does not exist has something wrong with it, whatever else holds. */
  private void spoilLostNodes() {
    Set<String> lost = new HashSet<>();
    blockReaders.forEach(reader -> lost.addAll(reader.nodes()));
    lost.removeAll(rest.nodeNames());
    if (lost.isEmpty()) {
      return;
    }
    for (Light light : blocks) {
      Block block = light.stored.value().orElseThrow();
      for (int ordinal = 0; ordinal < light.workloads.length; ordinal++) {
        int workload = light.workloads[ordinal];
        if (workload != NONE
            && block
                .attribute(ordinal)
                .flatMap(Attribute::node)
                .filter(lost::contains)
                .isPresent()) {
          workloads.mark(workload, WorkloadTable.SPOILED);
        }
      }
    }
  }

  /** An address that a node's tunnel has is used, whatever a pod says. */
  private void spoilTunnels() {
    rest.tunnelAddresses().forEach(this::spoil);
  }

  /** The workload that holds an address, if one does, is not settled. */
  private void spoil(IpAddress address) {
    BlockIndex byAddress = index.orElseThrow();
    int block = byAddress.find(address);
    if (block != NONE) {
      int[] ofOrdinal = blocks.get(block).workloads;
      int ordinal = byAddress.ordinal();
      if (ordinal < ofOrdinal.length && ofOrdinal[ordinal] != NONE) {
        workloads.mark(ofOrdinal[ordinal], WorkloadTable.SPOILED);
      }
    }
  }

  private void spoilHandle(String handle, Fingerprint fingerprint) {
    byte[] bytes = handle.getBytes(StandardCharsets.UTF_8);
    fingerprint.start().add(bytes, 0, bytes.length);
    int each = workloads.firstOf(fingerprint.high(), fingerprint.low());
    for (; each != NONE; each = workloads.next(each)) {
      workloads.mark(each, WorkloadTable.SPOILED);
    }
  }

  /** A handle that other ordinals name too counts more than can be seen here. */
  private void spoilHandlesNamedElsewhere() {
    Set<String> elsewhere = new HashSet<>();
    rest.readableBlocks().forEach(block -> addHandles(block, elsewhere));
    blocks.forEach(light -> addHandles(light.stored.value().orElseThrow(), elsewhere));
    Fingerprint fingerprint = new Fingerprint();
    elsewhere.forEach(handle -> spoilHandle(handle, fingerprint));
  }

  private static void addHandles(Block block, Set<String> handles) {
    block.attributes().forEach(attribute -> attribute.handle().ifPresent(handles::add));
  }

  /**
   * Beginnings of some endpoint keys, in no order: where the range of endpoints can be cut. To be
   * asked once.
   */
  public List<Bytes> takeSampleOfEndpoints() {
    String prefix = new String(layout.endpointPrefix(), StandardCharsets.US_ASCII);
    List<Bytes> sample = sampledPods.stream().map(pod -> Bytes.utf8(prefix + pod)).toList();
    sampledPods.clear();
    return sample;
  }

  /** Some handle keys, in no order: where the range of handles can be cut. To be asked once. */
  public List<Bytes> takeSampleOfHandles() {
    List<Bytes> sample = sampledHandles.stream().map(layout::handleKey).toList();
    sampledHandles.clear();
    return sample;
  }

  /**
   * What was let go and must be read again, at the same revision.
   *
   * @param blocks keys of blocks, all of which exist
   * @param handles keys of handles, which need not exist
   * @param endpoints where endpoints lie, if there are any
   */
  public record Wanted(List<Bytes> blocks, List<Bytes> handles, List<KeyRange> endpoints) {
    /** All of it, for who reads everything and picks. */
    public RangeSet keys() {
      List<KeyRange> ranges = new ArrayList<>(endpoints);
      blocks.forEach(key -> ranges.add(KeyRange.of(key)));
      handles.forEach(key -> ranges.add(KeyRange.of(key)));
      return new RangeSet(ranges);
    }

    private boolean isNothing() {
      return blocks.isEmpty() && handles.isEmpty() && endpoints.isEmpty();
    }
  }

  /** Reads what is wanted once more. */
  public interface Again<X extends Exception> {
    void read(Wanted wanted, Consumer<KeyValue> sink) throws X;
  }

  /**
   * The state, once all handles and endpoints are read: with all that any rule asks, and all that
   * {@code focus} asks for.
   *
   * @param revision at which everything was read
   * @param focus asked what it needs of the state; asked again of the state that has it, until it
   *     needs no more
   */
  public <X extends Exception> IpamState state(
      long revision, Function<IpamState, Focus> focus, Again<X> again) throws X {
    workloads.spreadDoubt();
    IpamState state = resolved(revision, again);
    Focus more = focus.apply(state);
    while (!asked.covers(more)) {
      widen(more);
      state = resolved(revision, again);
      more = focus.apply(state);
    }
    return state;
  }

  private <X extends Exception> IpamState resolved(long revision, Again<X> again) throws X {
    for (Wanted next = wanted(); !next.isNothing(); next = wanted()) {
      again.read(next, this::take);
      // What it brought may put more in doubt.
      workloads.spreadDoubt();
    }
    return build(revision);
  }

  private Wanted wanted() {
    return new Wanted(blocksToRead(), handlesToRead(), endpointsToRead());
  }

  private void take(KeyValue again) {
    if (layout.blocks().contains(again.key())) {
      resolve(again);
    } else if (layout.handles().contains(again.key())) {
      keep(again);
    } else {
      keepEndpoint(again);
    }
  }

  private void widen(Focus more) {
    asked = asked.and(more);
    Fingerprint fingerprint = new Fingerprint();
    more.handles().forEach(handle -> spoilHandle(handle, fingerprint));
    more.handles().forEach(handle -> missingHandles.add(layout.handleKey(handle)));
    more.endpoints().forEach(range -> missingEndpoints.put(range.from(), range));
    more.blocks().stream().map(lights()::get).filter(Objects::nonNull).forEach(Light::want);
    // Those that were read whole at once: the pods that they name are missing all the same.
    rest.readableBlocks().stream()
        .filter(block -> more.blocks().contains(block.cidr()))
        .forEach(this::missPods);
    workloads.spreadDoubt();
  }

  private Map<Cidr, Light> lights() {
    if (byCidr.isEmpty()) {
      blocks.forEach(light -> byCidr.put(light.cidr(), light));
    }
    return byCidr;
  }

  /** Blocks of which more must be known. */
  private List<Bytes> blocksToRead() {
    return blocks.stream().filter(Light::isToBeRead).map(light -> light.stored.key()).toList();
  }

  private void resolve(KeyValue again) {
    IpamState.Builder alone = new IpamState.Builder(layout).add(again);
    Block whole = (Block) alone.value(again.key()).orElseThrow();
    Light light = lights().get(whole.cidr());
    List<Integer> settled = new ArrayList<>();
    for (int ordinal = 0; ordinal < light.workloads.length; ordinal++) {
      int workload = light.workloads[ordinal];
      if (workload != NONE && workloads.isSettled(workload)) {
        settled.add(ordinal);
      } else if (workload != NONE) {
        missing(workload, whole.attribute(ordinal).orElseThrow());
      }
    }
    light.told = light.unsettled();
    if (light.wanted) {
      light.whole = true;
      rest.add(again);
      missPods(whole);
    } else {
      rest.add(
          new Stored<>(
              light.stored.at(),
              again.key(),
              Optional.empty(),
              again.createRevision(),
              again.modRevision(),
              new Reading.Readable<>(whole.letGo(settled))));
    }
  }

  /** What was let go of a workload that is in doubt after all. */
  private void missing(int workload, Attribute attribute) {
    if (workloads.isHandleMet(workload)) {
      missingHandles.add(layout.handleKey(attribute.handle().orElseThrow()));
    }
    if (workloads.isMarked(workload, WorkloadTable.ENDPOINT)) {
      missPod(attribute);
    }
  }

  /** Whether a pod has an endpoint with another address than the block says is asked by repairs. */
  private void missPods(Block block) {
    block.attributes().forEach(this::missPod);
  }

  private void missPod(Attribute attribute) {
    layout.endpointsOf(attribute).ifPresent(range -> missingEndpoints.put(range.from(), range));
  }

  /** Handles that may have been let go and are wanted after all. */
  private List<Bytes> handlesToRead() {
    List<Bytes> missing =
        missingHandles.stream().filter(key -> !rest.has(key)).filter(askedFor::add).toList();
    missingHandles.clear();
    return missing;
  }

  /** Where endpoints lie that may have been let go and are wanted after all. */
  private List<KeyRange> endpointsToRead() {
    List<KeyRange> missing =
        missingEndpoints.values().stream().filter(range -> askedFor.add(range.from())).toList();
    missingEndpoints.clear();
    return missing;
  }

  private void keepEndpoint(KeyValue again) {
    if (keep(again)) {
      rest.value(again.key())
          .filter(Endpoint.class::isInstance)
          .map(Endpoint.class::cast)
          .ifPresent(
              endpoint -> {
                replicas.ifPresent(all -> all.remove(endpoint.template()));
                // Whoever holds its addresses is looked at with it.
                endpoint.addresses().forEach(this::spoil);
              });
    }
  }

  private boolean keep(KeyValue again) {
    if (rest.has(again.key())) {
      return false;
    }
    rest.add(again);
    letGo--;
    return true;
  }

  private IpamState build(long revision) {
    int settled = 0;
    for (Light light : blocks) {
      if (light.told == 0 && !light.whole) {
        rest.add(light.stored);
      }
      for (int workload : light.workloads) {
        settled += workload != NONE && workloads.isSettled(workload) ? 1 : 0;
      }
    }
    return rest.settled(settled, letGo, replicas.map(Replicas::copy).orElse(new Replicas()))
        .build(revision);
  }
}

package io.ipamrepair.run;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import java.util.ArrayList;
import java.util.List;

/** The tool's own keys in etcd, outside {@code /calico}. */
public final class RunKeys {
  private static final String ROOT = "/ipam-repair/v1/";

  private static final String RUNS = ROOT + "run/";

  /** The key that an operator's lock has while it is held. */
  static final Bytes LOCK = Bytes.utf8(ROOT + "lock");

  /** The key of the cluster's policy on approvals. */
  static final Bytes POLICY = Bytes.utf8(ROOT + "policy");

  private RunKeys() {}

  /** All run records. */
  static KeyRange records() {
    return KeyRange.prefix(RUNS);
  }

  /** The run whose record stands at {@code key}, a key of {@link #records}. */
  static String runOf(Bytes key) {
    return key.display().substring(RUNS.length());
  }

  /** The key of a run's record. */
  static Bytes record(String run) {
    return Bytes.utf8(RUNS + run);
  }

  /**
   * Every prefix that this tool may write below, whatever etcd's own permissions say: some releases
   * check them badly.
   */
  public static List<Bytes> writable() {
    List<Bytes> prefixes = new ArrayList<>(new KeyLayout().writable());
    prefixes.add(Bytes.utf8(ROOT));
    // For Calico's lock on the datastore; no plan may write it.
    prefixes.add(new KeyLayout().clusterInformationKey());
    return prefixes;
  }
}

package io.ipamrepair.run;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.kv.Bytes;
import java.util.ArrayList;
import java.util.List;

/** The tool's own keys in etcd, outside {@code /calico}. */
public final class RunKeys {
  private static final String ROOT = "/ipam-repair/v1/";

  private RunKeys() {}

  /** The key of a run's record. */
  static Bytes record(String run) {
    return Bytes.utf8(ROOT + "run/" + run);
  }

  /**
   * Every prefix that this tool may write below, whatever etcd's own permissions say: some releases
   * check them badly.
   */
  public static List<Bytes> writable() {
    List<Bytes> prefixes = new ArrayList<>(new KeyLayout().writable());
    prefixes.add(Bytes.utf8(ROOT));
    return prefixes;
  }
}

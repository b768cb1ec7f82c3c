package io.ipamrepair.calico;

import java.nio.charset.StandardCharsets;

/**
 * How many endpoints that were let go came from one template: a workload of which one endpoint is
 * hit is out of service, unless it has others. By fingerprints of 64 bits, twelve bytes each: of a
 * million, two are mistaken for one another once in thirty million reads. Not for several threads.
 */
final class Replicas {
  private static final int FREE = 0;

  /** A count is kept one higher, so that a name stays findable when its last endpoint is gone. */
  private static final int NONE_LEFT = 1;

  private long[] names;
  private int[] counts;
  private int used;

  Replicas() {
    this(new long[1024], new int[1024], 0);
  }

  private Replicas(long[] names, int[] counts, int used) {
    this.names = names;
    this.counts = counts;
    this.used = used;
  }

  /** As it is now, whatever is added to this one. */
  Replicas copy() {
    return new Replicas(names.clone(), counts.clone(), used);
  }

  /** Another endpoint; {@code name} is the fingerprint of its namespace and template. */
  void add(long name) {
    if (used * 2 >= names.length) {
      grow();
    }
    int place = place(name);
    if (counts[place] == FREE) {
      used++;
      names[place] = name;
      counts[place] = NONE_LEFT;
    }
    counts[place]++;
  }

  /** Another endpoint of {@code template}. */
  void add(String template) {
    add(fingerprint(template));
  }

  /** An endpoint was not let go after all. */
  void remove(String template) {
    int place = place(fingerprint(template));
    if (counts[place] <= NONE_LEFT) {
      throw new IllegalStateException("no endpoint of " + template + " was let go");
    }
    counts[place]--;
  }

  /** Endpoints of {@code template} ({@link Endpoint#template}) that were let go. */
  int of(String template) {
    return Math.max(0, counts[place(fingerprint(template))] - NONE_LEFT);
  }

  private void grow() {
    long[] oldNames = names;
    int[] oldCounts = counts;
    names = new long[oldNames.length * 2];
    counts = new int[oldNames.length * 2];
    for (int i = 0; i < oldNames.length; i++) {
      if (oldCounts[i] != FREE) {
        int place = place(oldNames[i]);
        names[place] = oldNames[i];
        counts[place] = oldCounts[i];
      }
    }
  }

  /** Where a name stands, or would. */
  private int place(long name) {
    int mask = names.length - 1;
    int place = (int) name & mask;
    while (counts[place] != FREE && names[place] != name) {
      place = place + 1 & mask;
    }
    return place;
  }

  private static long fingerprint(String template) {
    byte[] bytes = template.getBytes(StandardCharsets.UTF_8);
    int slash =
        template.substring(0, template.indexOf('/')).getBytes(StandardCharsets.UTF_8).length;
    return new Fingerprint()
        .start()
        .add(bytes, 0, slash)
        .add(bytes, slash + 1, bytes.length)
        .high();
  }
}

package io.ipamrepair.calico;

import java.util.Arrays;

/**
 * What blocks say of the workloads that hold their addresses, at 50 bytes each: who the endpoint
 * and the handle should be, as fingerprints, and whether they were met. A million objects would be
 * hundreds of megabytes.
 *
 * <p>Filled first, then {@link #index()}, then met. Not for several threads, with one exception:
 * handles, each of which comes once, may be met while something else marks workloads.
 */
final class WorkloadTable {
  /** An endpoint was met that is exactly the one that should be. */
  static final byte ENDPOINT = 1;

  /** Something else uses the address as well, or it is not for sure that nothing does. */
  static final byte SPOILED = 2;

  private static final int NONE = -1;

  private int size;
  private long[] podHigh = new long[1024];
  private long[] podLow = new long[1024];
  private long[] handleHigh = new long[1024];
  private long[] handleLow = new long[1024];
  private int[] block = new int[1024];
  private short[] ordinal = new short[1024];
  private byte[] flags = new byte[1024];

  /** Apart from the flags, because of who may write it meanwhile. */
  private boolean[] handleMet = new boolean[0];

  private int[] nextOfHandle = new int[0];
  private int[] firstOfHandle = new int[0];

  int size() {
    return size;
  }

  /** Adds a workload; returns its number. */
  int add(int inBlock, int atOrdinal, long podA, long podB, long handleA, long handleB) {
    if (size == block.length) {
      int larger = size + size / 2;
      podHigh = Arrays.copyOf(podHigh, larger);
      podLow = Arrays.copyOf(podLow, larger);
      handleHigh = Arrays.copyOf(handleHigh, larger);
      handleLow = Arrays.copyOf(handleLow, larger);
      block = Arrays.copyOf(block, larger);
      ordinal = Arrays.copyOf(ordinal, larger);
      flags = Arrays.copyOf(flags, larger);
    }
    podHigh[size] = podA;
    podLow[size] = podB;
    handleHigh[size] = handleA;
    handleLow[size] = handleB;
    block[size] = inBlock;
    ordinal[size] = (short) atOrdinal;
    return size++;
  }

  /** Makes handles findable. */
  void index() {
    int places = Integer.highestOneBit(Math.max(16, size * 2 - 1)) * 2;
    firstOfHandle = new int[places];
    Arrays.fill(firstOfHandle, NONE);
    nextOfHandle = new int[size];
    handleMet = new boolean[size];
    for (int i = 0; i < size; i++) {
      int place = place(handleHigh[i], handleLow[i]);
      nextOfHandle[i] = firstOfHandle[place];
      firstOfHandle[place] = i;
    }
  }

  /** The place of a handle: where its workloads begin, or would. */
  private int place(long high, long low) {
    int mask = firstOfHandle.length - 1;
    int place = (int) high & mask;
    while (firstOfHandle[place] != NONE && !isHandle(firstOfHandle[place], high, low)) {
      place = place + 1 & mask;
    }
    return place;
  }

  private boolean isHandle(int workload, long high, long low) {
    return handleHigh[workload] == high && handleLow[workload] == low;
  }

  /** The first workload that names a handle; -1 when none does. */
  int firstOf(long high, long low) {
    return firstOfHandle[place(high, low)];
  }

  /** The first workload that names the handle of {@code workload}. */
  int firstOfHandleOf(int workload) {
    return firstOf(handleHigh[workload], handleLow[workload]);
  }

  /** The next workload that names the same handle; -1 behind the last. */
  int next(int workload) {
    return nextOfHandle[workload];
  }

  boolean sameHandle(int workload, int other) {
    return isHandle(workload, handleHigh[other], handleLow[other]);
  }

  boolean isPod(int workload, long high, long low) {
    return podHigh[workload] == high && podLow[workload] == low;
  }

  int block(int workload) {
    return block[workload];
  }

  int ordinal(int workload) {
    return ordinal[workload];
  }

  /** A handle was met that counts exactly the workloads that name it, of which this is one. */
  void meetHandle(int workload) {
    handleMet[workload] = true;
  }

  boolean isHandleMet(int workload) {
    return handleMet[workload];
  }

  void mark(int workload, byte flag) {
    flags[workload] |= flag;
  }

  boolean isMarked(int workload, byte flag) {
    return (flags[workload] & flag) != 0;
  }

  /** Whether endpoint and handle were met, and nothing else. */
  boolean isSettled(int workload) {
    return flags[workload] == ENDPOINT && handleMet[workload];
  }

  /** Endpoint and handle go together: where one workload of a handle is not settled, none is. */
  void spreadDoubt() {
    for (int i = 0; i < size; i++) {
      if (!isSettled(i)) {
        for (int each = firstOfHandleOf(i); each != NONE; each = next(each)) {
          mark(each, SPOILED);
        }
      }
    }
  }
}

package io.ipamrepair.bench;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * How the addresses of a cluster are spread over blocks, and the blocks over nodes.
 *
 * @param prefixLength of every block: 26, Calico's own default, where each node can then have a
 *     block that is full enough; else a smaller block
 * @param blocksOfNode how many blocks each node has, at least one
 * @param held how many addresses of each block are in use; the blocks of the first node first
 */
record Spread(int prefixLength, int[] blocksOfNode, int[] held) {
  private static final int LARGEST_BLOCK = 26;
  private static final int SMALLEST_BLOCK = 32;

  /** How full a block is at the least, in percent. */
  static final int LEAST_FULL = 60;

  /** How full blocks are on the whole where the number of nodes leaves a choice, in percent. */
  private static final int USUALLY_FULL = 78;

  /** How many addresses one step of the shuffle moves at the most. */
  private static final int MOST_MOVED = 8;

  static Spread of(ClusterSize size, RandomGenerator random) {
    for (int prefixLength = LARGEST_BLOCK; prefixLength <= SMALLEST_BLOCK; prefixLength++) {
      int ordinals = 1 << 32 - prefixLength;
      int fewest = Math.max(size.nodes(), divideUp(size.addresses(), ordinals));
      int most = size.addresses() / least(ordinals);
      if (fewest <= most) {
        int usual = size.addresses() * 100 / (ordinals * USUALLY_FULL);
        int blocks = Math.min(Math.max(usual, fewest), most);
        return new Spread(
            prefixLength,
            blocksOfNodes(size.nodes(), blocks, random),
            held(size.addresses(), blocks, ordinals, random));
      }
    }
    throw new IllegalStateException("each address fills a block of one: " + size);
  }

  private static int least(int ordinals) {
    return divideUp(ordinals * LEAST_FULL, 100);
  }

  private static int divideUp(int dividend, int divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  private static int[] blocksOfNodes(int nodes, int blocks, RandomGenerator random) {
    int[] ofNode = new int[nodes];
    Arrays.fill(ofNode, blocks / nodes);
    int[] order = Shuffle.of(nodes, random);
    for (int i = 0; i < blocks % nodes; i++) {
      ofNode[order[i]]++;
    }
    return ofNode;
  }

  private static int[] held(int addresses, int blocks, int ordinals, RandomGenerator random) {
    int[] held = new int[blocks];
    for (int block = 0; block < blocks; block++) {
      held[block] = addresses / blocks + (block < addresses % blocks ? 1 : 0);
    }
    for (int step = 0; step < 4 * blocks; step++) {
      int from = random.nextInt(blocks);
      int to = random.nextInt(blocks);
      int moved =
          Math.min(
              random.nextInt(MOST_MOVED + 1),
              Math.min(held[from] - least(ordinals), ordinals - held[to]));
      if (from != to && moved > 0) {
        held[from] -= moved;
        held[to] += moved;
      }
    }
    return held;
  }

  /** How many addresses a block has. */
  int ordinals() {
    return 1 << 32 - prefixLength;
  }

  int blocks() {
    return held.length;
  }
}

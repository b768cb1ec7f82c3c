package io.ipamrepair.cli.html;

import io.ipamrepair.map.BlockView;
import io.ipamrepair.map.Claim;
import io.ipamrepair.map.Trouble;
import java.util.List;
import java.util.Optional;

/**
 * A block in one state, as a table has it.
 *
 * @param present whether there is anything
 * @param owner the owner in words
 * @param held how many addresses it holds
 * @param size how many it has
 * @param remarks what strikes, a few words each
 */
record BlockCell(boolean present, String owner, int held, int size, List<String> remarks) {
  static BlockCell of(Optional<BlockView> view) {
    return view.map(
            each ->
                new BlockCell(
                    true, OwnerLetters.words(each), each.held().size(), each.size(), remarks(each)))
        .orElse(new BlockCell(false, "", 0, 1, List.of()));
  }

  private static List<String> remarks(BlockView view) {
    List<String> remarks =
        new java.util.ArrayList<>(view.troubles().stream().map(Trouble::words).toList());
    if (view.pools().size() > 1) {
      remarks.replaceAll(
          words ->
              words.equals(Trouble.SEVERAL_POOLS.words())
                  ? "in pools " + String.join(", ", view.pools())
                  : words);
    }
    boolean usual =
        view.claims().isEmpty()
            || view.claims().size() == 1
                && view.owner().equals(Optional.of(view.claims().get(0).owner()))
                && view.claims().get(0).state().equals("confirmed");
    if (!usual) {
      view.claims().forEach(claim -> remarks.add("affinity of " + words(claim)));
    }
    return remarks;
  }

  private static String words(Claim claim) {
    return (claim.owner().isNode() ? claim.owner().name() : "virtual " + claim.owner().name())
        + ": "
        + claim.state();
  }

  /** How full it is, in eighths: 0 only where it is empty, 8 only where it is full. */
  int eighths() {
    if (held == 0) {
      return 0;
    }
    return held >= size ? 8 : Math.max(1, Math.min(7, (int) (held * 8L / size)));
  }

  /** {@code 8 of 64 held}. */
  String fill() {
    return held + " of " + size + " held";
  }

  boolean hasFill() {
    return present && !owner.equals("cannot be read") && !owner.equals("no block");
  }
}

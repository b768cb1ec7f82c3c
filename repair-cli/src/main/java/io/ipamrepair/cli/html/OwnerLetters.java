package io.ipamrepair.cli.html;

import io.ipamrepair.map.AddressMap;
import io.ipamrepair.map.BlockArea;
import io.ipamrepair.map.BlockView;
import io.ipamrepair.map.Shift;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A letter and a tint for each owner that gives or gets a block, so that a reader sees on the map
 * from whom to whom. The letter says it; the tint only helps.
 *
 * @param numbers by the owner in words, in the order of the map
 */
record OwnerLetters(Map<String, Integer> numbers) {
  private static final int LETTERS = 26;
  private static final int TINTS = 6;

  /** The owners behind the 26th have this sign. */
  static final String ANOTHER = "#";

  static OwnerLetters of(AddressMap map) {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    map.moving().stream()
        .filter(block -> !block.shifts().equals(java.util.Set.of(Shift.REWRITTEN)))
        .flatMap(OwnerLetters::owners)
        .forEach(owner -> numbers.putIfAbsent(owner, numbers.size()));
    return new OwnerLetters(numbers);
  }

  private static Stream<String> owners(BlockArea block) {
    return Stream.of(block.before(), block.after())
        .flatMap(Optional::stream)
        .filter(view -> view.owner().isPresent())
        .map(OwnerLetters::words);
  }

  /** A node's name; what is virtual says so; nobody; a text that is no owner in quotes. */
  static String words(BlockView view) {
    if (!view.exists()) {
      return "no block";
    } else if (!view.readable()) {
      return "cannot be read";
    } else if (view.owner().isEmpty() && !view.ownerText().isEmpty()) {
      return "'" + view.ownerText() + "', which is no owner";
    }
    return view.owner()
        .map(owner -> owner.isNode() ? owner.name() : "virtual " + owner.name())
        .orElse("nobody");
  }

  String letter(String owner) {
    int number = numbers.getOrDefault(owner, LETTERS);
    return number < LETTERS ? String.valueOf((char) ('A' + number)) : ANOTHER;
  }

  String tint(String owner) {
    return "tint" + numbers.getOrDefault(owner, LETTERS) % TINTS;
  }
}

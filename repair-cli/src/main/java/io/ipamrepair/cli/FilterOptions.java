package io.ipamrepair.cli;

import io.ipamrepair.check.Finding;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which findings somebody wants to see: they alone decide the exit code. */
final class FilterOptions {
  @Option(
      names = "--only",
      split = ",",
      paramLabel = "TERM",
      description =
          "Shows only findings of a rule (A3), a severity (warning), or an object (block:10.64.64.0/26, pool:*)"
              + " of these; repeatable.",
      converter = FilterTerm.Converter.class)
  List<FilterTerm> only = new ArrayList<>();

  @Option(
      names = "--ignore",
      split = ",",
      paramLabel = "TERM",
      description = "Hides these; wins over --only.",
      converter = FilterTerm.Converter.class)
  List<FilterTerm> ignore = new ArrayList<>();

  /** Whether {@code finding} is to be seen. */
  boolean shows(Finding finding) {
    boolean wanted = only.isEmpty() || only.stream().anyMatch(term -> term.test(finding));
    return wanted && ignore.stream().noneMatch(term -> term.test(finding));
  }
}

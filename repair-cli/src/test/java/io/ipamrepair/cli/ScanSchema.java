package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** The schema that is published for {@code scan -o json}. */
final class ScanSchema {
  private final PublishedSchema schema = PublishedSchema.ofScan();

  static String text() {
    return PublishedSchema.ofScan().text();
  }

  /** What {@code json} breaks of it. */
  List<String> broken(String json) {
    return schema.broken(json);
  }

  /** What it breaks itself of the draft that it names. */
  static List<String> brokenBySchema() {
    return PublishedSchema.ofScan().brokenBySchema();
  }

  void accepts(CommandRun run) {
    assertThat(broken(run.out())).as(run.said()).isEmpty();
  }
}

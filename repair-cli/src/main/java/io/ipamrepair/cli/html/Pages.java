package io.ipamrepair.cli.html;

import gg.jte.output.StringOutput;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Makes pages: HTML files that need nothing else. The templates are classes, called as such, so
 * that the compiler holds each to the type that it shows.
 */
public final class Pages {
  private final UnaryOperator<String> visible;

  /**
   * Pages.
   *
   * @param visible makes visible what would reorder or hide text that comes from data
   */
  public Pages(UnaryOperator<String> visible) {
    this.visible = visible;
  }

  /** A plan for somebody who says yes or no to it. */
  public String of(ReviewPage page) {
    StringOutput html = new StringOutput();
    JtereviewGenerated.render(
        output(html), null, page, MapSheet.of(page.map(), Set.of(), true), Style.read());
    return html.toString();
  }

  /** What is wrong with a cluster. */
  public String of(ScanPage page) {
    StringOutput html = new StringOutput();
    JtescanGenerated.render(
        output(html), null, page, MapSheet.of(page.map(), Set.of(), false), Style.read());
    return html.toString();
  }

  /** One object and what bears on it. */
  public String of(ShowPage page) {
    StringOutput html = new StringOutput();
    JteshowGenerated.render(
        output(html), null, page, MapSheet.of(page.map(), page.marked(), false), Style.read());
    return html.toString();
  }

  private VisibleOutput output(StringOutput html) {
    return new VisibleOutput(html, visible);
  }
}

package io.ipamrepair.cli.html;

import gg.jte.TemplateOutput;
import gg.jte.html.OwaspHtmlTemplateOutput;
import java.util.function.UnaryOperator;

/**
 * Escapes what a template shows for the place where it stands, as its superclass does; before that
 * makes visible what would reorder or hide text, which is no danger to a browser, but to a reader.
 */
final class VisibleOutput extends OwaspHtmlTemplateOutput {
  private final UnaryOperator<String> visible;

  VisibleOutput(TemplateOutput out, UnaryOperator<String> visible) {
    super(out);
    this.visible = visible;
  }

  @Override
  public void writeUserContent(String value) {
    super.writeUserContent(value == null ? null : visible.apply(value));
  }
}

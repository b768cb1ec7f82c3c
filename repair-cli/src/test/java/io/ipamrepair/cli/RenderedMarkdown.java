package io.ipamrepair.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.commonmark.Extension;
import org.commonmark.ext.autolink.AutolinkExtension;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.CustomNode;
import org.commonmark.node.Emphasis;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Link;
import org.commonmark.node.OrderedList;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;

/** A page of Markdown as GitHub understands it: what it shows, and what in it is dangerous. */
final class RenderedMarkdown {
  private static final List<Extension> EXTENSIONS =
      List.of(TablesExtension.create(), AutolinkExtension.create());

  /** The elements that a review has of its own. */
  private static final Pattern OWN_BLOCK =
      Pattern.compile("<details><summary>The diff of [0-9]+ writes?</summary>|</details>");

  /** What GitHub makes of a text outside code that Markdown leaves alone. */
  private static final Pattern MADE_MORE_OF =
      Pattern.compile(
          "@\\w|#\\d|:\\w+:|www\\.|://|\\b[0-9a-f]{7,40}\\b|\\b[Gg][Hh]-\\d|\\$|~~|[<>\\[\\]`*_|\\\\]");

  private final List<String> dangers = new ArrayList<>();
  private final StringBuilder shown = new StringBuilder();
  private final List<String> blocks = new ArrayList<>();
  private int cells;

  RenderedMarkdown(String page) {
    Parser.builder().extensions(EXTENSIONS).build().parse(page).accept(new Reader());
  }

  /** What is more than words and code. */
  List<String> dangers() {
    return dangers;
  }

  /** Its words and code. */
  String shown() {
    return shown.toString();
  }

  /** Its fenced blocks. */
  List<String> blocks() {
    return blocks;
  }

  /** How many cells its tables have. */
  int cells() {
    return cells;
  }

  private final class Reader extends AbstractVisitor {
    @Override
    public void visit(Text text) {
      shown.append(text.getLiteral());
      if (MADE_MORE_OF.matcher(text.getLiteral()).find()) {
        dangers.add("text: " + text.getLiteral());
      }
    }

    @Override
    public void visit(Code code) {
      shown.append(code.getLiteral());
    }

    @Override
    public void visit(FencedCodeBlock block) {
      blocks.add(block.getLiteral());
    }

    @Override
    public void visit(HtmlInline html) {
      dangers.add("element: " + html.getLiteral());
    }

    @Override
    public void visit(HtmlBlock html) {
      if (!OWN_BLOCK.matcher(html.getLiteral()).matches()) {
        dangers.add("elements: " + html.getLiteral());
      }
    }

    @Override
    public void visit(Link link) {
      dangers.add("link: " + link.getDestination());
    }

    @Override
    public void visit(Image image) {
      dangers.add("image: " + image.getDestination());
    }

    @Override
    public void visit(Emphasis emphasis) {
      dangers.add("emphasis");
      visitChildren(emphasis);
    }

    @Override
    public void visit(OrderedList list) {
      dangers.add("numbered list");
      visitChildren(list);
    }

    @Override
    public void visit(IndentedCodeBlock block) {
      dangers.add("indented block: " + block.getLiteral());
    }

    @Override
    public void visit(CustomNode node) {
      cells += node instanceof TableCell ? 1 : 0;
      visitChildren(node);
    }
  }
}

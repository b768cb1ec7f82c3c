package io.ipamrepair.cli;

import java.util.List;

/** Takes the facts of one object, in order, whatever the form. */
interface FactLines {
  /** A field; one without a name goes on with the field before. */
  void field(String name, String text);

  /** A field with a line for each item; left out where there is none. */
  void list(String name, List<String> items);

  /** Items in one line. */
  String some(List<String> items);

  /** A line of a picture, as it is. */
  void line(String text);

  /** Whether nothing is left out of any list. */
  boolean all();
}

package io.ipamrepair.run;

import java.util.ArrayList;
import java.util.List;

/** A person at the terminal of a test, who remembers what they were told. */
final class Somebody implements Operator {
  private final String name;
  private final AtThePrompt prompt;
  private final List<String> told = new ArrayList<>();

  /** What happens while the question waits, and the answer to it. */
  interface AtThePrompt {
    boolean answers() throws Exception;
  }

  Somebody(String name, AtThePrompt prompt) {
    this.name = name;
    this.prompt = prompt;
  }

  List<String> told() {
    return told;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean wantsToStop() {
    return false;
  }

  @Override
  public void tell(String line) {
    told.add(line);
  }

  @Override
  public boolean confirms(String question, String answer) {
    try {
      return prompt.answers();
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }
}

package io.ipamrepair.journal;

/** What an entry of a run records. */
public enum EntryKind {
  /** The exact bytes of the plan file. */
  PLAN,
  /** The bytes of a key before a step. */
  BEFORE_IMAGE,
  /** Where the dump of all keys lies, and its hash. */
  DUMP,
  /** The journal was lost, and this one written from what was left: what that was. */
  REBUILT,
  /** The signatures over the plan, and what each policy made of them. */
  APPROVALS,
  /** The run is about to be made known. */
  BEGIN,
  /**
   * The bytes that a key has instead of its before-image: the step whose intent follows is carried
   * over to them.
   */
  CARRIED,
  /** A step is about to be sent, with exactly these bytes. */
  INTENT,
  /** What became of a step. */
  OUTCOME,
  /** What became of Calico's lock on the datastore. */
  DATASTORE,
  /** How the run ended. */
  CLOSE
}

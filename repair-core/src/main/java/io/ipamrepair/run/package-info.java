/**
 * The procedure: a class per verb. Only this room commits. What it tells a person it tells through
 * {@link io.ipamrepair.run.Operator}; what became of the data it answers as a {@link
 * io.ipamrepair.run.RunOutcome}.
 */
package io.ipamrepair.run;

/**
 * A rehearsal of the packed tool, part of the build: what it loads when it starts is written down,
 * for the archive of class data that later starts share. No test.
 */
package io.ipamrepair.rehearsal;

/**
 * Pages for a browser, each one file that needs nothing else: what they show as values, templates
 * that are compiled against these (src/main/jte), and the map of the address space. Reads and
 * writes nothing; what a page says is decided elsewhere.
 */
package io.ipamrepair.cli.html;

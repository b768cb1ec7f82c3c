package io.ipamrepair.cli;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a block's CIDR, strictly: host bits are an error that names both readings. */
final class CidrArgument implements ITypeConverter<Cidr> {
  @Override
  public Cidr convert(String text) {
    CidrText cidr =
        CidrText.read(text)
            .filter(read -> text.indexOf('/') >= 0)
            .orElseThrow(
                () ->
                    new TypeConversionException(
                        "expected a CIDR such as 10.64.64.0/26, found '" + text + "'"));
    if (cidr.hasHostBits()) {
      throw new TypeConversionException(cidr.twoReadings());
    }
    return cidr.network();
  }
}

/** The version of the package, as viewers are told. */
export const VERSION = '0.1.0'

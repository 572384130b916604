// Loaded before a program, and before each of its workers: puts a value on Object.prototype under many names.
const { POLLUTED_NAMES, POLLUTED_VALUE } = process.env
if (POLLUTED_NAMES) {
  for (const name of POLLUTED_NAMES.split(',')) {
    // Can be shadowed by an assignment, and shows in `for (const key in object)`, as an assignment to the prototype does
    const property = Object.create(null)
    Object.assign(property, { value: JSON.parse(POLLUTED_VALUE), writable: true, enumerable: true, configurable: true })
    Object.defineProperty(Object.prototype, name, property)
  }
}

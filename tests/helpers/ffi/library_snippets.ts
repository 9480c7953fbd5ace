/**
 * Parts of the programs that tests of the library in use start.
 *
 * @module
 */

/** A function that uses segments and memory without a name, and removes them. */
export const USE_MEMORY = `
  function useMemory() {
    using segment = Segment.create({ size: 5003 });
    segment.remove();
    using memory = SharedMemory.anonymous({ size: 5003 });
    using mapping = memory.map();
    mapping.bytes[5002] = 7;
    return memory.status().size;
  }
`;

/** A function that tells as JSON how each of some calls ended. */
export const TELL_OUTCOMES = `
  async function tellOutcomes(...calls) {
    const outcomes = [];
    for (const call of calls) {
      try {
        outcomes.push({ value: await call() ?? null });
      } catch (error) {
        outcomes.push({ name: error.name, message: error.message });
      }
    }
    console.log(JSON.stringify(outcomes));
  }
`;

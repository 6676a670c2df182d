/** What everything of a run carries: it is found by these, never by memory. Labels of objects in the engine: */
export const runLabel = 'dev.understudy.run';
/** Of containers that are no nodes: `keeper`, `sidecar`, `toolbox`. */
export const roleLabel = 'dev.understudy.role';

/** The variable of each process that works for a run: CLI, plugins, suites. Provision and suites set it. */
export const runVariable = 'UNDERSTUDY_RUN';

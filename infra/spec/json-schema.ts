import { z } from 'zod';

/** The published form of a schema: what a file may hold as its author writes it, before defaults are filled in. */
export function jsonSchemaOf(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

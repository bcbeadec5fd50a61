import { type Problem, problem } from '@certdesk/contract';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { isDatabaseLoss } from '../database/loss.ts';
import { DeskError } from '../error.ts';

/** Text that JSON can hold and PostgreSQL cannot: U+0000, lone surrogates. */
const unstorable = new Set(['22021', '22P02', '22P05']);

/** The answer to any error that a handler, a hook or the framework throws. Nothing of an unexpected error is told. */
export function problemOf(error: unknown, reference: string): Problem {
  if (error instanceof DeskError) return problem(error.code, error.details);
  if (hasZodFastifySchemaValidationErrors(error))
    return problem('request-invalid', { where: whereOf(error) });
  if (isDatabaseLoss(error)) return problem('database-unavailable');
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return problem('request-too-large');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return problem('request-invalid', { where: 'Content-Type' });
  if (typeof code === 'string' && unstorable.has(code)) return problem('request-invalid', { where: 'body' });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return problem('request-invalid', { where: code?.includes('URL') ? 'URL' : 'body' });
  }
  return problem('internal', { reference });
}

/** Sends the problem document and writes into the log what only the operator may know. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = problemOf(error, request.id);
  if (answer.code === 'internal') request.log.error({ err: error }, 'unexpected error');
  else if (answer.status >= 500) {
    request.log.warn({ code: answer.code, err: cause(error) }, 'cannot answer at the moment');
  }
  const { seconds } = answer.details;
  if (answer.code === 'too-many-requests' && seconds !== undefined) reply.header('retry-after', seconds);
  return sendProblem(reply, answer);
}

export function sendProblem(reply: FastifyReply, answer: Problem): FastifyReply {
  // Stringified here: a route's response schemas describe its answers, not this.
  return reply
    .code(answer.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer((content: unknown) => (typeof content === 'string' ? content : JSON.stringify(content)))
    .send(answer);
}

/** Names the part of the request and the path in it, never the value. */
function whereOf(error: { validation: { instancePath: string }[]; validationContext?: string }): string {
  const paths = error.validation.map(({ instancePath }) => instancePath.slice(1).replaceAll('/', '.'));
  const known = [...new Set(paths.filter((path) => path !== ''))].slice(0, 5);
  return [error.validationContext ?? 'body', known.join(', ')].filter((part) => part !== '').join(': ');
}

function cause(error: unknown): unknown {
  return error instanceof DeskError ? error.cause : error;
}

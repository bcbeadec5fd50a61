import { errorCodes } from '@certdesk/contract';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { App } from './app.ts';
import { contentSecurityPolicy } from './headers.ts';

export interface ApiDescription {
  title: string;
  description: string;
  version: string;
  publicOrigin: string;
}

/** What every route answers when it cannot do what was asked. */
const problemAnswer = {
  description: 'A problem: its code is stable, its sentences are for people',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['code', 'status', 'sentence', 'details'],
        properties: {
          code: { type: 'string', enum: errorCodes },
          status: { type: 'integer' },
          sentence: {
            type: 'object',
            required: ['zh', 'en'],
            properties: { zh: { type: 'string' }, en: { type: 'string' } },
          },
          details: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
        },
      },
    },
  },
};

/** OpenAPI 3.1 from the routes' own schemas at `/api/openapi.json`, and a page to read it at `/api/docs`. */
export async function describeApi(app: App, description: ApiDescription): Promise<void> {
  const { title, version, publicOrigin } = description;
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version, description: description.description },
      servers: [{ url: publicOrigin }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      const { openapiObject } = document;
      for (const path of Object.values(openapiObject.paths ?? {})) {
        for (const operation of Object.values(path ?? {})) {
          if (typeof operation === 'object' && 'responses' in operation) {
            Object.assign(operation.responses ?? {}, { default: problemAnswer });
          }
        }
      }
      return openapiObject;
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    indexPrefix: '',
    // Its page holds no inline script; the viewer sets style attributes.
    staticCSP: contentSecurityPolicy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"),
    uiConfig: { validatorUrl: null, supportedSubmitMethods: [] },
  });
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

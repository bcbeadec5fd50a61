import { ServicePoints, ServicePointsQuery } from '@certdesk/contract';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { entityTag, namesTag } from '../../platform/http/entity-tag.ts';
import type { RateLimit } from '../../platform/http/limits.ts';
import type { Db } from '../../schema/database.ts';
import { currentList, pointsOf } from './list.ts';
import { nearestFirst } from './nearest.ts';

export interface ServicePointRoutesDeps {
  readonly db: Db;
  readonly limit: RateLimit;
}

/** A new list is seen by everybody within so many seconds. */
const keptSeconds = 60;

/** Where holders can go. Anybody may know. */
export function servicePointRoutes({ db, limit }: ServicePointRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/service-points',
      {
        config: { limit },
        schema: {
          tags: ['desk'],
          summary: 'Service points, nearest to a division (GB/T 2260) first; positions are WGS 84',
          querystring: ServicePointsQuery,
          response: { 200: ServicePoints, 304: z.null() },
        },
      },
      async (request, reply) => {
        const { division, limit: most } = request.query;
        const list = await currentList(db);
        const points = list ? await pointsOf(db, list.version) : [];
        const located = nearestFirst(points, division);
        const districts = new Map(points.map((point) => [point.division, point.district]));
        const answer: ServicePoints = {
          points: located.slice(0, most).map(({ point: { division, district, ...point }, distance }) => ({
            ...point,
            district: { division, name: district },
            distance,
          })),
          total: points.length,
          districts: [...districts].map(([division, name]) => ({ division, name })),
        };
        const etag = entityTag(JSON.stringify(answer));
        reply.headers({ etag, 'cache-control': `public, max-age=${keptSeconds}, must-revalidate` });
        return namesTag(request, etag) ? reply.code(304).send(null) : answer;
      },
    );
  };
}

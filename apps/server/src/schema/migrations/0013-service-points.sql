-- Lists of service points (setup/service-points): each import is a version that is kept; the highest is the one in use.
create table service_point_list (
  version integer primary key check (version > 0),
  source text not null,
  digest text not null,
  imported_at timestamptz not null,
  imported_by text not null
);

create table service_point (
  version integer not null references service_point_list,
  name text not null,
  address text not null,
  hours text not null,
  phone text not null,
  -- GB/T 2260, and what that district is called
  division text not null,
  district text not null,
  -- decimal degrees, WGS 84
  latitude double precision,
  longitude double precision,
  primary key (version, name),
  check ((latitude is null) = (longitude is null))
);

-- The tables as PostgreSQL serves them to PostGraphile; loaded by `peers.py`, indexed by `indexes.sql`.
create extension if not exists pg_trgm;
drop schema if exists hub cascade;
create schema hub;
set search_path = hub, public;
create table region (
  code text primary key, name text not null, level text not null,
  province_code text references region (code));
create table population (
  region_code text not null references region (code), year int not null, sex text not null,
  age_group text not null, population bigint not null,
  primary key (region_code, year, sex, age_group));
create table budget (
  id bigint primary key, region_code text not null references region (code), year int not null,
  agency_code text not null, programme text not null, activity text not null,
  account_code text not null, amount numeric(18,2) not null, realised numeric(18,2) not null,
  date date not null);
create table facility (
  id int primary key, name text not null, region_code text not null references region (code),
  kind text not null, lat double precision, lon double precision, opened date, beds int,
  active boolean not null);

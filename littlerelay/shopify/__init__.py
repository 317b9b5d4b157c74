"""Reads a shop's history from Shopify's GraphQL Admin API, as records."""

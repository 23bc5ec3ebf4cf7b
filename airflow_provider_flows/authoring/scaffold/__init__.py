"""A first spec from what people have: lines for curl, or an OpenAPI document."""
